/**
 * When policies and boundaries are said anew, and whether there is a moment for it at all. Pure.
 *
 * A new text reaches everybody who is bound to it at once, while bindings come and go one by one. So all that a plan
 * redefines and all groups that rest on it are looked at together: an order is wanted in which nobody ever has less
 * than both ends grant, or more than both ends allow. New texts come before bindings change, or after everything.
 */
import { groupOf } from '../action.ts'
import type { Uses } from '../bindings-of-definitions.ts'
import { bindingKey, isNewGroup } from '../keys.ts'
import { redefinedIn } from '../phase.ts'
import type { StateBinding } from '../state.ts'
import type { Step, StepAction } from '../step.ts'
import { afterStep, type Holdings } from './holdings.ts'
import { lawBetween } from './law.ts'
import { inPreference, type Order, type Redefinition } from './preference.ts'
import { type Tied, tiedTogether } from './tied.ts'
import { type BindingStep, isSafe } from './walk.ts'

export interface Course {
  /** Ids of redefinitions, in their order. */
  readonly before: readonly string[]
  /** As `before`, of those that come when everything else is settled. */
  readonly afterwards: readonly string[]
  /** Whatever is tied to a redefinition that has no moment. */
  readonly unsafe: readonly Tied[]
}

/** Guards whose refusals stand: what they refuse is no part of the end. */
const FOR_GOOD: ReadonlySet<string> = new Set(['mode', 'protected-group', 'own-subject', 'service-user'])

export function courseOf(steps: readonly Step[], uses: Uses): Course {
  const redefined = redefinedIn(steps.map(step => step.action))
  const before: string[] = []
  const afterwards: string[] = []
  const unsafe: Tied[] = []
  if (redefined.size === 0) return { before, afterwards, unsafe }
  const texts = new Map([...(uses.texts ?? []), ...steps.flatMap(step => newText(step.action))])
  const held = Map.groupBy([...uses.of.values()].flat(), use => use.group)
  for (const tied of tiedTogether(steps, uses)) {
    const stepsOf = Map.groupBy(tied.bindings, step => groupOf(step.action) ?? '')
    // A new group has no members before all of this is over.
    const cases = tied.groups
      .filter(group => !isNewGroup(group))
      .map(group => caseOf(held.get(group) ?? [], stepsOf.get(group) ?? [], tied.redefinitions, texts))
    const candidates = inPreference(tied.redefinitions.filter(step => step.verdict.kind === 'proceed'))
    const found = candidates.find(order => cases.every(each => holds(each, order, redefined)))
    if (found === undefined) unsafe.push(tied)
    const [first] = candidates
    const { now, later } = found ?? { now: first?.now ?? [], later: [] }
    before.push(...now.map(step => step.id))
    afterwards.push(...later.map(step => step.id))
  }
  return { before, afterwards, unsafe }
}

/** One group between its two ends. */
interface Case {
  readonly start: Holdings
  readonly steps: readonly BindingStep[]
  /** Ids of what it rests on at any time. */
  readonly rests: ReadonlySet<string>
  readonly isLawful: (state: Holdings) => boolean
}

/** As far as it is known: what is not ours and does not change is the same at all times. */
function caseOf(
  held: readonly StateBinding[],
  steps: readonly BindingStep[],
  redefinitions: readonly Redefinition[],
  known: ReadonlyMap<string, string>,
): Case {
  const taken = steps.flatMap(({ action }) => {
    if (action.kind === 'remove-binding') return [action.binding]
    return action.kind === 'change-binding' ? [action.from] : []
  })
  const bindings = new Map([...held, ...taken].map(each => [bindingKey(each), each]))
  const given = steps.map(({ action }) => (action.kind === 'change-binding' ? action.to : action.binding))
  const rests = new Set(
    [...bindings.values(), ...given].flatMap(each => [each.policyId, ...each.boundaryIds]),
  )
  const texts = new Map([...rests].flatMap(id => textOf(id, known)))
  const own = redefinitions.filter(step => rests.has(step.action.to.id))
  for (const { action } of own) {
    texts.set(action.from.id, action.kind === 'update-policy' ? action.from.statement : action.from.query)
  }
  const start = { bindings, texts }
  const coming = steps.filter(({ verdict }) => verdict.kind !== 'refuse' || !FOR_GOOD.has(verdict.guard))
  const end = [...coming, ...own].reduce<Holdings>((state, step) => afterStep(state, step.action), start)
  return { start, steps, rests, isLawful: lawBetween(start, end) }
}

function holds(
  { start, steps, rests, isLawful }: Case,
  { now, later }: Order,
  redefined: ReadonlySet<string>,
): boolean {
  const own = (all: readonly Redefinition[]) => all.filter(step => rests.has(step.action.to.id))
  return isSafe({ start, steps, before: own(now), afterwards: own(later), redefined }, isLawful)
}

function newText(action: StepAction): readonly (readonly [string, string])[] {
  if (action.kind === 'create-policy') return [[action.policy.id, action.policy.statement]]
  return action.kind === 'create-boundary' ? [[action.boundary.id, action.boundary.query]] : []
}

function textOf(id: string, known: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  const text = known.get(id)
  return text === undefined ? [] : [[id, text]]
}
