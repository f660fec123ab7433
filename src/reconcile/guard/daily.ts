/**
 * How much may be taken away within 24 hours, over all passes: removals that come a few at a time, so that no pass looks
 * like many. Whom the identity provider itself took out neither counts nor waits here (`directory-shrink.ts` looks after
 * these), and a single person who left a group there never waits.
 */
import { isRemoval, loserOf } from '../action.ts'
import { thingOf } from '../drift/thing.ts'
import type { GuardFacts } from './facts.ts'
import { type Draft, type Held, hold } from './verdict.ts'

export function heldByDay(steps: readonly Draft[], facts: GuardFacts): Held {
  const { model, past, totals, isFarewell, driftOf } = facts
  const { count, percent } = model.guards.removals.perDay
  const removals = steps.filter(
    ({ action }) =>
      isRemoval(action) &&
      action.kind !== 'delete-policy' &&
      action.kind !== 'delete-boundary' &&
      !isFarewell(action),
  )
  const people = new Set(removals.flatMap(({ action }) => loserOf(action) ?? []))
  const things = new Set(
    removals.flatMap(({ action }) => (loserOf(action) === undefined ? [thingOf(action)] : [])),
  )
  const isMover = ({ id, action }: Draft) =>
    loserOf(action) !== undefined && driftOf(id)?.cause === 'directory'
  if (people.size + things.size <= 1 && removals.every(isMover)) return []
  const allPeople = past.people.union(people)
  const losses = allPeople.size + past.others + things.size
  const reasons: string[] = []
  if (losses > count) {
    reasons.push(
      `${losses} removals within 24 hours are more than guards.removals.perDay.count allows (${count})`,
    )
  }
  if (allPeople.size > 1 && (100 * allPeople.size) / Math.max(1, totals.people) > percent) {
    reasons.push(
      `${allPeople.size} of ${totals.people} people would lose access within 24 hours, more than guards.removals.perDay.percent allows (${percent} %)`,
    )
  }
  if (reasons.length === 0) return []
  return removals.map(({ id }) => [id, hold('removals-per-day', `${reasons.join('; ')}.`)] as const)
}
