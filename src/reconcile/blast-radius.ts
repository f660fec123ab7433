/** Whom and what a plan would reach: what a careful person wants to know of it first. Pure. */
import type { Level } from '../dynatrace/dynatrace.ts'
import { groupOf, loserOf } from './action.ts'
import { type Uses, usesOf } from './bindings-of-definitions.ts'
import type { GroupRef, StateBinding, StatePermission } from './state.ts'
import type { Step, StepAction } from './step.ts'

export interface BlastRadius {
  /** What happens at once when the plan is applied. */
  readonly proceeding: Reach
  /** What happens besides when a person approves. */
  readonly held: Reach
}

/** People are counted once each, and may both gain and lose. */
export interface Reach {
  /** Get a membership, or are in a group that gets a right. */
  readonly gain: number
  /** Lose a membership, or are in a group that loses a right. */
  readonly lose: number
  /** Are in a group one of whose rights changes: a boundary, a parameter, the text of a policy. */
  readonly change: number
  /** Leave the account. */
  readonly leave: number
  readonly groups: number
  /** Where rights come, change or go: `the account`, and environments with name and id; sorted. */
  readonly places: readonly string[]
  /** The group that loses the largest part of its members. */
  readonly hardest?: { readonly group: string; readonly lose: number; readonly of: number } | undefined
}

export interface RadiusFacts {
  /** Folded e-mails of those who are or will be in the group; people of other groups are not known. */
  readonly membersOf: (ref: GroupRef) => Iterable<string>
  /** How many are in it now. */
  readonly sizeOf: (ref: GroupRef) => number
  readonly nameOf: (ref: GroupRef) => string
  /** Of the account, or of an environment: its name and id. */
  readonly placeName: (level: Level) => string
  readonly uses: Uses
}

export const blastRadius = (steps: readonly Step[], facts: RadiusFacts): BlastRadius => ({
  proceeding: reachOf(verdict(steps, 'proceed'), facts),
  held: reachOf(verdict(steps, 'hold'), facts),
})

const verdict = (steps: readonly Step[], kind: Step['verdict']['kind']): readonly StepAction[] =>
  steps.filter(step => step.verdict.kind === kind).map(({ action }) => action)

function reachOf(actions: readonly StepAction[], facts: RadiusFacts): Reach {
  const touched = { gain: new Set<string>(), lose: new Set<string>(), change: new Set<string>() }
  const leave = new Set<string>()
  const groups = new Set<GroupRef>()
  const places = new Set<string>()
  const losses = new Map<GroupRef, number>()
  const all = (ref: GroupRef, to: Set<string>) => {
    for (const emailKey of facts.membersOf(ref)) to.add(emailKey)
  }
  for (const action of actions) {
    const ref = groupOf(action)
    if (ref !== undefined) groups.add(ref)
    if (action.kind === 'remove-user') leave.add(action.emailKey)
    if (action.kind === 'invite-user' || action.kind === 'add-member') touched.gain.add(action.emailKey)
    const loser = loserOf(action)
    if (loser !== undefined) touched.lose.add(loser)
    if (action.kind === 'remove-member') losses.set(action.group, (losses.get(action.group) ?? 0) + 1)
    if (action.kind === 'delete-group') {
      all(action.group.ref, touched.lose)
      losses.set(action.group.ref, action.members)
    }
    for (const right of rightsBehind(action, facts.uses)) {
      places.add(facts.placeName(levelOf(right.of)))
      groups.add(right.of.group)
      all(right.of.group, touched[right.effect])
    }
  }
  return {
    gain: touched.gain.size,
    lose: touched.lose.size,
    change: touched.change.size,
    leave: leave.size,
    groups: groups.size,
    places: [...places].sort(),
    hardest: hardestOf(losses, facts),
  }
}

interface Touched {
  readonly of: StateBinding | StatePermission
  readonly effect: 'gain' | 'lose' | 'change'
}

/** A policy or boundary that says something else reaches everybody who is bound to it. */
function rightsBehind(action: StepAction, uses: Uses): readonly Touched[] {
  switch (action.kind) {
    case 'add-binding':
      return [{ of: action.binding, effect: 'gain' }]
    case 'remove-binding':
      return [{ of: action.binding, effect: 'lose' }]
    case 'change-binding':
      return [{ of: action.to, effect: 'change' }]
    case 'add-permission':
      return [{ of: action.permission, effect: 'gain' }]
    case 'remove-permission':
      return [{ of: action.permission, effect: 'lose' }]
    case 'update-policy':
    case 'update-boundary':
      return usesOf(uses, action.to.id).map(of => ({ of, effect: 'change' }))
    default:
      return []
  }
}

function levelOf(right: StateBinding | StatePermission): Level {
  if ('level' in right) return right.level
  if (right.scopeType === 'account') return { kind: 'account' }
  return { kind: 'environment', id: right.scope.split(':')[0] ?? right.scope }
}

function hardestOf(losses: ReadonlyMap<GroupRef, number>, facts: RadiusFacts): Reach['hardest'] {
  const [first] = [...losses]
    .map(([ref, lose]) => ({ group: facts.nameOf(ref), lose, of: Math.max(lose, facts.sizeOf(ref)) }))
    .sort((a, b) => b.lose / b.of - a.lose / a.of || b.lose - a.lose || (a.group < b.group ? -1 : 1))
  return first
}
