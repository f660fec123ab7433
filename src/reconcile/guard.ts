/**
 * Guards: the verdict on each step. Pure.
 *
 * A step may run (`proceed`), wait for a person (`hold`) or never run (`refuse`). A refusal is stronger
 * than a hold, and what a person approved is no longer held.
 */
import type { AccessModel } from '../access/model.ts'
import { foldKey } from '../lib/fold.ts'
import { groupOf } from './plan.ts'
import type { GroupRef } from './state.ts'
import type { Step, StepAction, Verdict } from './step.ts'

export interface GuardFacts {
  readonly model: AccessModel
  /** People and groups under management, for the percentages. */
  readonly totals: { readonly people: number; readonly groups: number }
  /** Members each group has now. */
  readonly sizeOf: (group: GroupRef) => number
  readonly nameOf: (group: GroupRef) => string
  readonly emergencyContacts: ReadonlySet<string>
  readonly withServiceUsers: ReadonlyMap<GroupRef, readonly string[]>
  /** Whether the removal is part of a rename whose successor keeps what the step takes from the old user. */
  readonly isKept: (action: StepAction) => boolean
  /** Why nobody should rely on the deactivation behind the step; undefined when there is no doubt. */
  readonly doubtOf: (action: StepAction) => string | undefined
  /** Names of groups that are not ours and hold this person, of whom a rename leaves nothing in the account. */
  readonly otherGroupsOf: (emailKey: string) => readonly string[]
  readonly decisions: Decisions
}

/** What people said about steps lately, by step id. */
export interface Decisions {
  readonly approved: ReadonlySet<string>
  /** With who and why. */
  readonly rejected: ReadonlyMap<string, string>
}

type Draft = Omit<Step, 'verdict'>

export function judge(steps: readonly Draft[], facts: GuardFacts): ReadonlyMap<string, Verdict> {
  // What is held for doubt is no removal yet, and what a successor keeps is none.
  const plain = steps.filter(({ action }) => facts.doubtOf(action) === undefined && !facts.isKept(action))
  const held = new Map([
    ...heldByThresholds(plain, facts),
    ...heldByShrink(plain, facts),
    ...heldForDoubt(steps, facts),
    ...heldForOtherGroups(steps, facts),
  ])
  const { approved, rejected } = facts.decisions
  const verdict = (step: Draft): Verdict => {
    const refused = refusal(step.action, facts)
    if (refused !== undefined) return refused
    const no = rejected.get(step.id)
    if (no !== undefined) return hold('rejected', `Rejected by ${no}`)
    return (approved.has(step.id) ? undefined : held.get(step.id)) ?? { kind: 'proceed' }
  }
  const verdicts = new Map(steps.map(step => [step.id, verdict(step)]))
  return new Map([...verdicts, ...heldForSuccessor(steps, verdicts, approved)])
}

/** Takes something away from somebody. */
function isRemoval(action: StepAction): boolean {
  switch (action.kind) {
    case 'remove-member':
    case 'remove-user':
    case 'remove-binding':
    case 'remove-permission':
    case 'delete-group':
      return true
    default:
      return false
  }
}

function refusal(action: StepAction, facts: GuardFacts): Verdict | undefined {
  const { model, nameOf } = facts
  if (model.mode === 'upsert' && isRemoval(action)) {
    return refuse('mode', 'The mode is "upsert": the bridge adds and changes, and never removes.')
  }
  if (action.kind === 'remove-member' || action.kind === 'remove-user') {
    if (model.protect.users.includes(action.emailKey)) {
      return refuse('protected-user', `${action.email} is protected (protect.users in bridge.yaml).`)
    }
    if (facts.emergencyContacts.has(action.emailKey)) {
      return refuse('emergency-contact', `${action.email} is an emergency contact of the account.`)
    }
  }
  const ref = groupOf(action)
  if (ref === undefined) return undefined
  const name = action.kind === 'update-group' ? action.from.name : nameOf(ref)
  if (model.protect.groups.includes(foldKey(name)) || model.protect.groups.includes(foldKey(nameOf(ref)))) {
    return refuse('protected-group', `The group "${name}" is protected (protect.groups in bridge.yaml).`)
  }
  const serviceUsers = facts.withServiceUsers.get(ref)
  if (serviceUsers !== undefined && isRemoval(action) && action.kind !== 'remove-member') {
    return refuse(
      'service-user',
      `The group "${name}" carries rights of ${serviceUsers.join(', ')}, which may be the bridge's own; ` +
        'take the service user out of the group first.',
    )
  }
  return undefined
}

function heldByThresholds(
  steps: readonly Draft[],
  facts: GuardFacts,
): readonly (readonly [string, Verdict])[] {
  const { count, percent } = facts.model.guards.removals
  const removals = steps.filter(step => isRemoval(step.action))
  const people = new Set(removals.flatMap(step => personOf(step.action)))
  const groups = new Set(
    removals.filter(step => personOf(step.action).length === 0).map(step => groupOf(step.action)),
  )
  // A single leaver, and the repair of a single group, never wait.
  if (people.size + groups.size <= 1) return []
  const reasons: string[] = []
  // A person counts once, however many groups are left; what groups lose counts one by one.
  const losses = people.size + removals.filter(step => personOf(step.action).length === 0).length
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

function heldByShrink(steps: readonly Draft[], facts: GuardFacts): readonly (readonly [string, Verdict])[] {
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

const heldForDoubt = (steps: readonly Draft[], facts: GuardFacts): readonly (readonly [string, Verdict])[] =>
  steps.flatMap(({ id, action }) => {
    const doubt = facts.doubtOf(action)
    return doubt === undefined ? [] : [[id, hold('doubt', doubt)] as const]
  })

/** With the old user go memberships that we neither gave nor may give to the new one. */
function heldForOtherGroups(
  steps: readonly Draft[],
  facts: GuardFacts,
): readonly (readonly [string, Verdict])[] {
  return steps.flatMap(({ id, action }) => {
    if (action.kind !== 'remove-user' || action.successor === undefined) return []
    const names = facts.otherGroupsOf(action.emailKey)
    if (names.length === 0) return []
    const reason = `${action.email} is still in groups that the bridge does not manage (${names.map(name => `"${name}"`).join(', ')}), which would be lost. Put ${action.successor} into them in Dynatrace and take ${action.email} out, or approve.`
    return [[id, hold('rename', reason)] as const]
  })
}

/** The old user of a rename keeps everything while something that the new one is to have may not be given. */
function heldForSuccessor(
  steps: readonly Draft[],
  verdicts: ReadonlyMap<string, Verdict>,
  approved: ReadonlySet<string>,
): readonly (readonly [string, Verdict])[] {
  const blocked = new Map<string, string>()
  for (const { id, action } of steps) {
    if (action.kind !== 'invite-user' && action.kind !== 'add-member') continue
    const verdict = verdicts.get(id)
    if (verdict === undefined || verdict.kind === 'proceed') continue
    blocked.set(action.emailKey, verdict.reason)
  }
  return steps.flatMap(({ id, action }) => {
    if (action.kind !== 'remove-member' && action.kind !== 'remove-user') return []
    const why = action.successor === undefined ? undefined : blocked.get(action.successor)
    if (why === undefined || approved.has(id) || verdicts.get(id)?.kind !== 'proceed') return []
    const reason = `${action.successor} replaces ${action.email}, and does not get everything yet: ${why}`
    return [[id, hold('rename', reason)] as const]
  })
}

const personOf = (action: StepAction): readonly string[] =>
  action.kind === 'remove-member' || action.kind === 'remove-user' ? [action.emailKey] : []

const refuse = (guard: string, reason: string): Verdict => ({ kind: 'refuse', guard, reason })
const hold = (guard: string, reason: string): Verdict => ({ kind: 'hold', guard, reason })
