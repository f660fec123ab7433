/** What the query of a boundary says, as `policy-text.ts` has it of policies. Pure. */
import { parseBoundary } from '../../policy/parse-boundary.ts'
import { printBoundary } from '../../policy/print.ts'
import { orderedConditions } from './condition.ts'
import { plainText } from './plain-text.ts'

/** What cannot be read is taken as it is written. */
export function canonicalBoundary(query: string): string {
  const parsed = parseBoundary(query)
  return parsed.kind === 'broken' ? plainText(query) : printBoundary(orderedConditions(parsed.conditions))
}
