/** Walks one group through the phases of an apply, as these will carry it out, and looks at every state on the way. */
import { effectsOf, eitherOf, type PolicyEffects } from '../bindings/effects.ts'
import { realmsOf } from '../bindings/realm.ts'
import { bindingRoute, type Route } from '../bindings/route.ts'
import type { Phase } from '../phase.ts'
import { phaseOf } from '../phase.ts'
import type { StateBinding } from '../state.ts'
import type { Step, StepAction } from '../step.ts'
import { after, afterStep, type Holdings } from './holdings.ts'

export type BindingStep = Step & {
  readonly action: Extract<StepAction, { kind: 'add-binding' | 'change-binding' | 'remove-binding' }>
}

export interface Walk {
  readonly start: Holdings
  /** What the plan has for the bindings of the group. */
  readonly steps: readonly BindingStep[]
  /** Redefinitions, in the order in which they are to come: before bindings change, and after everything. */
  readonly before: readonly Step[]
  readonly afterwards: readonly Step[]
  /** Ids of everything that the plan redefines. */
  readonly redefined: ReadonlySet<string>
}

/** Whether all states on the way are as they should be. */
export function isSafe(walk: Walk, isLawful: (state: Holdings) => boolean): boolean {
  let now = walk.start
  const done = new Set<string>()
  // What is held stays, and may stand in the way.
  const planned = walk.steps.filter(
    step => step.verdict.kind === 'proceed' || step.action.kind === 'remove-binding',
  )
  const settle = (phase: Phase): boolean => {
    for (const realm of realmsOf(planned, step => levelOf(step.action))) {
      const mine = realm.filter(
        step => step.verdict.kind === 'proceed' && phaseOf(step.action, walk.redefined) === phase,
      )
      if (mine.length === 0) continue
      const open = realm.filter(step => !done.has(step.id))
      const route = routeOf(open, now, walk)
      const ids = new Set(mine.map(step => step.id))
      for (const { stepId, call } of [...route.expand, ...route.contract]) {
        if (!ids.has(stepId)) continue
        now = after(now, call)
        if (!isLawful(now)) return false
      }
      for (const id of ids) if (!route.refused.has(id)) done.add(id)
    }
    return true
  }
  const say = (steps: readonly Step[]): boolean =>
    steps.every(step => {
      now = afterStep(now, step.action)
      return isLawful(now)
    })
  return (
    settle('rights') && say(walk.before) && settle('changes') && settle('revocations') && say(walk.afterwards)
  )
}

function routeOf(open: readonly BindingStep[], { bindings, texts }: Holdings, walk: Walk): Route {
  const effects = new Map<string, PolicyEffects>()
  const later = [...walk.before, ...walk.afterwards].reduce(
    (state, step) => afterStep(state, step.action),
    walk.start,
  ).texts
  for (const [id, text] of texts) {
    if (open.some(step => policyOf(step.action) === id)) {
      effects.set(id, eitherOf(effectsOf(text), effectsOf(later.get(id) ?? text)))
    }
  }
  return bindingRoute({ steps: open, present: [...bindings.values()], effects })
}

const bindingOf = (action: BindingStep['action']): StateBinding =>
  action.kind === 'change-binding' ? action.to : action.binding
const policyOf = (action: BindingStep['action']): string => bindingOf(action).policyId
const levelOf = (action: BindingStep['action']): StateBinding['level'] => bindingOf(action).level
