/** How much may be taken away in one pass, of all people and groups and of each group. */
import { groupOf, isRemoval, loserOf } from '../action.ts'
import type { GroupRef } from '../state.ts'
import type { GuardFacts } from './facts.ts'
import { type Draft, type Held, hold } from './verdict.ts'

/** All removals of the pass wait together, when they are more than `guards.removals` allows. */
export function heldByThresholds(steps: readonly Draft[], facts: GuardFacts): Held {
  const { count, percent } = facts.model.guards.removals
  // A policy or boundary goes when nobody is bound to it: that takes nothing from anybody.
  const removals = steps.filter(
    ({ action }) => isRemoval(action) && action.kind !== 'delete-policy' && action.kind !== 'delete-boundary',
  )
  const people = new Set(removals.flatMap(step => loserOf(step.action) ?? []))
  const ofGroups = removals.filter(step => loserOf(step.action) === undefined)
  const groups = new Set(ofGroups.map(step => groupOf(step.action)))
  // A single leaver, and the repair of a single group, never wait.
  if (people.size + groups.size <= 1) return []
  const reasons: string[] = []
  // A person counts once, however many groups are left; what groups lose counts one by one.
  const losses = people.size + ofGroups.length
  if (losses > count) {
    reasons.push(`${losses} removals in one pass are more than guards.removals.count allows (${count})`)
  }
  const share = (part: number, total: number) => (100 * part) / Math.max(1, total)
  for (const [part, total, what] of [
    [people.size, facts.totals.people, 'people'],
    [groups.size, facts.totals.groups, 'groups'],
  ] as const) {
    if (part > 1 && share(part, total) > percent) {
      reasons.push(
        `${part} of ${total} ${what} would lose access, more than guards.removals.percent allows (${percent} %)`,
      )
    }
  }
  if (reasons.length === 0) return []
  return removals.map(step => [step.id, hold('removals', `${reasons.join('; ')}.`)] as const)
}

/** What one group loses waits, when it is more than `guards.groupShrink` allows. */
export function heldByShrink(steps: readonly Draft[], facts: GuardFacts): Held {
  const { percent } = facts.model.guards.groupShrink
  const losses = new Map<GroupRef, { readonly ids: string[]; members: number }>()
  for (const { id, action } of steps) {
    if (action.kind !== 'remove-member' && action.kind !== 'delete-group') continue
    const ref = action.kind === 'delete-group' ? action.group.ref : action.group
    const loss = losses.get(ref) ?? { ids: [], members: 0 }
    loss.ids.push(id)
    loss.members += action.kind === 'delete-group' ? action.members : 1
    losses.set(ref, loss)
  }
  return [...losses].flatMap(([ref, { ids, members }]) => {
    const size = Math.max(facts.sizeOf(ref), members)
    if (members <= 1 || (100 * members) / size <= percent) return []
    const reason = `The group "${facts.nameOf(ref)}" would lose ${members} of ${size} members, more than guards.groupShrink.percent allows (${percent} %).`
    return ids.map(id => [id, hold('groupShrink', reason)] as const)
  })
}
