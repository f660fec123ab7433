/** What the text of a policy says, whoever wrote it down: two texts that say the same have the same canonical form. Pure. */
import { parsePolicy } from '../../policy/parse-policy.ts'
import { printStatement } from '../../policy/print.ts'
import { orderedConditions } from './condition.ts'
import { ordered } from './ordered.ts'
import { plainText } from './plain-text.ts'

/**
 * White space, comments, the order of statements, permissions and conditions, and saying a thing twice are no difference
 * (Dynatrace: a denial counts wherever it stands). What cannot be read is taken as it is written.
 */
export function canonicalPolicy(text: string): string {
  const parsed = parsePolicy(text)
  if (parsed.kind === 'broken') return plainText(text)
  return ordered(
    parsed.statements.map(({ effect, permissions, conditions }) =>
      printStatement({
        effect,
        permissions: ordered(permissions),
        conditions: orderedConditions(conditions),
      }),
    ),
  ).join('\n')
}
