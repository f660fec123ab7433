/**
 * The identity provider un-assigned many people within a day, one request at a time: that is more often a mistake over there
 * than a company that closes. Their access stays until a person decides or they come back; SCIM is answered as ever.
 */
import { loserOf } from '../action.ts'
import type { GuardFacts } from './facts.ts'
import { type Draft, type Held, hold } from './verdict.ts'

export interface DirectoryPast {
  /** People who are active now. */
  readonly active: number
  /** People whom the IdP deactivated or deleted in the last 24 hours. */
  readonly gone: number
  /** When the first of them went, ISO 8601; undefined when nobody did. */
  readonly since: string | undefined
}

/** In one sentence, undefined while no more people left than leave on other days. */
export function shrinkage(
  { active, gone, since }: DirectoryPast,
  model: GuardFacts['model'],
): string | undefined {
  const { count, percent } = model.guards.directoryShrink
  const all = active + gone
  if (gone <= count || (100 * gone) / Math.max(1, all) <= percent) return undefined
  return `The identity provider deactivated or deleted ${gone} of ${all} people since ${since ?? 'yesterday'}, more than guards.directoryShrink allows (${count} and ${percent} %).`
}

export function heldByDirectoryShrink(steps: readonly Draft[], facts: GuardFacts): Held {
  const what = shrinkage(facts.directory, facts.model)
  if (what === undefined) return []
  const reason = `${what} Their access stays until a person approves, or the identity provider brings them back.`
  return steps.flatMap(({ id, action }) =>
    loserOf(action) !== undefined && facts.isFarewell(action)
      ? [[id, hold('directory-shrink', reason)] as const]
      : [],
  )
}
