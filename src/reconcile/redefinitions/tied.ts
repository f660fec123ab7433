/** Redefinitions and groups that have to be looked at together, since each rests on another. */
import { groupOf } from '../action.ts'
import { type Uses, usesOf } from '../bindings-of-definitions.ts'
import type { GroupRef, StateBinding } from '../state.ts'
import type { Step } from '../step.ts'
import type { Redefinition } from './preference.ts'
import type { BindingStep } from './walk.ts'

export interface Tied {
  readonly redefinitions: readonly Redefinition[]
  readonly groups: readonly GroupRef[]
  /** Everything the plan has for the bindings of these groups. */
  readonly bindings: readonly BindingStep[]
}

/** Without those that nothing else happens to: one call leads from end to end. */
export function tiedTogether(steps: readonly Step[], uses: Uses): readonly Tied[] {
  const bindings = steps.filter(isBindingStep)
  const resting = new Map<string, Set<GroupRef>>()
  const rest = ({ policyId, boundaryIds, group }: StateBinding) => {
    for (const id of [policyId, ...boundaryIds]) resting.set(id, (resting.get(id) ?? new Set()).add(group))
  }
  for (const { action } of bindings) rest(action.kind === 'change-binding' ? action.to : action.binding)
  let open = steps.filter(isRedefinition)
  const groups = new Map(
    open.map(({ id, action }) => [
      id,
      new Set([...usesOf(uses, action.to.id).map(use => use.group), ...(resting.get(action.to.id) ?? [])]),
    ]),
  )
  const groupsOf = ({ id }: Redefinition) => groups.get(id) ?? new Set<GroupRef>()
  const ofGroup = Map.groupBy(bindings, step => groupOf(step.action) ?? '')
  const found: Tied[] = []
  for (let [first] = open; first !== undefined; [first] = open) {
    const touched = new Set<GroupRef>()
    const own = new Set<Redefinition>()
    for (let more: readonly Redefinition[] = [first]; more.length > 0; ) {
      for (const step of more) {
        own.add(step)
        for (const group of groupsOf(step)) touched.add(group)
      }
      open = open.filter(step => !own.has(step))
      more = open.filter(step => !groupsOf(step).isDisjointFrom(touched))
    }
    found.push({
      redefinitions: [...own],
      groups: [...touched],
      bindings: [...touched].flatMap(group => ofGroup.get(group) ?? []),
    })
  }
  return found
}

const isRedefinition = (step: Step): step is Redefinition =>
  step.action.kind === 'update-policy' || step.action.kind === 'update-boundary'

const isBindingStep = (step: Step): step is BindingStep =>
  step.action.kind === 'add-binding' ||
  step.action.kind === 'change-binding' ||
  step.action.kind === 'remove-binding'
