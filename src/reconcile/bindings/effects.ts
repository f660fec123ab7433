/** What a policy is about, as far as the order of calls goes: permissions that it allows and that it denies. */
import { parsePolicy } from '../../policy/parse-policy.ts'
import type { Statement } from '../../policy/statement.ts'

export interface PolicyEffects {
  /** In lower case; `every` of a policy that could not be understood. */
  readonly allows: ReadonlySet<string> | 'every'
  readonly denies: ReadonlySet<string> | 'every'
  /** What it does to whom it is bound from now on, where that is told apart: its new text comes first. */
  readonly whenBound?: PolicyEffects
}

/** Never fails: of a text that cannot be understood everything is assumed, unless it denies nothing for certain. */
export function effectsOf(text: string): PolicyEffects {
  const parsed = parsePolicy(text)
  if (parsed.kind === 'parsed') {
    return { allows: named(parsed.statements, 'ALLOW'), denies: named(parsed.statements, 'DENY') }
  }
  return { allows: 'every', denies: /\bdeny\b/i.test(text) ? 'every' : new Set() }
}

/** What either of two texts of one policy may do. */
export const eitherOf = (a: PolicyEffects, b: PolicyEffects): PolicyEffects => ({
  allows: united(a.allows, b.allows),
  denies: united(a.denies, b.denies),
})

/** Whether something that `by` denies is allowed by `policy`. */
export function restricts(by: PolicyEffects, policy: PolicyEffects): boolean {
  const { denies } = by
  const { allows } = policy
  if (denies === 'every') return allows === 'every' || allows.size > 0
  if (allows === 'every') return denies.size > 0
  return !denies.isDisjointFrom(allows)
}

function named(statements: readonly Statement[], effect: Statement['effect']): ReadonlySet<string> {
  const own = statements.filter(statement => statement.effect === effect)
  return new Set(own.flatMap(({ permissions }) => permissions.map(each => each.toLowerCase())))
}

const united = (a: PolicyEffects['allows'], b: PolicyEffects['allows']): PolicyEffects['allows'] =>
  a === 'every' || b === 'every' ? 'every' : a.union(b)
