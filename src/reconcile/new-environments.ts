/** Environments of bridge.yaml in which a plan is the first to grant something of ours. Pure. */
import type { AccessModel } from '../access/model.ts'
import type { ObservedState } from './observe/observed.ts'
import type { GroupRef, StatePermission } from './state.ts'
import type { Plan, StepAction } from './step.ts'

export interface NewEnvironment {
  readonly id: string
  /** As bridge.yaml calls it. */
  readonly name: string
  /** Steps of the plan that add something there. */
  readonly steps: number
}

/** In the order of bridge.yaml. Where the account could not be read, nobody knows whether anything is new. */
export function newEnvironments(
  plan: Plan,
  {
    model,
    observed,
    isOurs,
  }: {
    readonly model: Pick<AccessModel, 'environments'>
    readonly observed: Pick<ObservedState, 'state' | 'blind'>
    /** Whether a right that is there is of our making. */
    readonly isOurs: (key: string, group: GroupRef) => boolean
  },
): readonly NewEnvironment[] {
  const { state, blind } = observed
  if (blind.bindings.size + blind.permissions.size > 0) return []
  const held = new Set<string | undefined>()
  for (const [key, { level, group }] of state.bindings)
    if (level.kind === 'environment' && isOurs(key, group)) held.add(level.id)
  for (const [key, permission] of state.permissions)
    if (isOurs(key, permission.group)) held.add(environmentOf(permission))
  const added = new Map<string, number>()
  for (const { action } of plan.steps) {
    const id = addsTo(action)
    if (id !== undefined) added.set(id, (added.get(id) ?? 0) + 1)
  }
  return model.environments.flatMap(({ id, name }) => {
    const steps = added.get(id)
    return steps === undefined || held.has(id) ? [] : [{ id, name, steps }]
  })
}

/** The environment that an action adds something to. */
function addsTo(action: StepAction): string | undefined {
  switch (action.kind) {
    case 'add-binding':
      return action.binding.level.kind === 'environment' ? action.binding.level.id : undefined
    case 'create-policy':
      return action.policy.level.kind === 'environment' ? action.policy.level.id : undefined
    case 'add-permission':
      return environmentOf(action.permission)
    default:
      return undefined
  }
}

/** `scope` of a role is the account, an environment, or `environment:zone` (Dynatrace: PermissionsDto). */
const environmentOf = ({ scopeType, scope }: StatePermission): string | undefined =>
  scopeType === 'account' ? undefined : scope.split(':')[0]
