/**
 * What policies and boundaries say, by the names that rules call them: those that `bridge.yaml` defines, and those the
 * account has besides, as far as their texts are known.
 */
import { foldKey } from '../../lib/fold.ts'
import { parseBoundary } from '../../policy/parse-boundary.ts'
import { parsePolicy } from '../../policy/parse-policy.ts'
import type { Condition, Statement } from '../../policy/statement.ts'
import type { Desired } from '../desired.ts'
import type { DesiredLevel } from '../desired-group.ts'

/** What the account itself has, by name; undefined where it has none of that name or its text is not known. */
export interface AccountTexts {
  /** The policy that a binding at this level means. */
  policy(name: string, level: DesiredLevel): string | undefined
  boundary(name: string): string | undefined
}

export interface Texts {
  /** Undefined when nobody knows what the policy says. */
  statements(policy: string, level: DesiredLevel): readonly Statement[] | undefined
  /** Undefined likewise. */
  conditions(boundary: string): readonly Condition[] | undefined
}

/** For questions that are asked without an account. */
export const noAccountTexts: AccountTexts = { policy: () => undefined, boundary: () => undefined }

/** Definitions of the file count before what the account has, and those of the level before those of the account. */
export function textsOf(
  desired: Pick<Desired, 'policies' | 'boundaries' | 'withheldBoundaries'>,
  account: AccountTexts = noAccountTexts,
): Texts {
  const policies = new Map(desired.policies.map(each => [policyKey(each.name, each.level), each.statement]))
  const boundaries = new Map(desired.boundaries.map(each => [foldKey(each.name), each.query]))
  const withheld = new Set(desired.withheldBoundaries.map(foldKey))
  const policyText = (name: string, level: DesiredLevel): string | undefined =>
    policies.get(policyKey(name, level)) ??
    policies.get(policyKey(name, { kind: 'account' })) ??
    account.policy(name, level)
  const boundaryText = (name: string): string | undefined =>
    withheld.has(foldKey(name)) ? undefined : (boundaries.get(foldKey(name)) ?? account.boundary(name))
  const statementsOf = remembered((text: string) => {
    const parsed = parsePolicy(text)
    return parsed.kind === 'parsed' ? parsed.statements : undefined
  })
  const conditionsOf = remembered((text: string) => {
    const parsed = parseBoundary(text)
    return parsed.kind === 'parsed' ? parsed.conditions : undefined
  })
  return {
    statements: (policy, level) => statementsOf(policyText(policy, level)),
    conditions: boundary => conditionsOf(boundaryText(boundary)),
  }
}

const policyKey = (name: string, level: DesiredLevel): string =>
  `${level.kind === 'account' ? '' : level.id} ${foldKey(name)}`

/** The same few texts are asked for thousands of times. */
function remembered<T>(read: (text: string) => T): (text: string | undefined) => T | undefined {
  const known = new Map<string, T>()
  return text => {
    if (text === undefined) return undefined
    const before = known.get(text)
    if (before !== undefined) return before
    const value = read(text)
    known.set(text, value)
    return value
  }
}
