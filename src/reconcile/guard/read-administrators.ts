/** Who looks after the account: asked for only when a plan takes something from groups that give such rights. */
import { isAdministratorPolicy, isAdministratorRole } from '../../access/administrators.ts'
import type { DesiredGroup } from '../../access/desired-group.ts'
import type { Dynatrace } from '../../dynatrace/dynatrace.ts'
import { foldKey } from '../../lib/fold.ts'
import { groupOf, isRemoval, loserOf } from '../action.ts'
import type { Assignment } from '../assign.ts'
import { isNewGroup } from '../keys.ts'
import type { ObservedState } from '../observe/observed.ts'
import type { GroupRef } from '../state.ts'
import type { StepAction } from '../step.ts'
import type { Administrators } from './last-administrator.ts'

const NOBODY: Administrators = { groups: new Map(), elsewhere: true }

/** Costs nothing in most passes; else a call for each group whose members the pass has not read, and two for the others. */
export async function readAdministrators(
  actions: readonly StepAction[],
  {
    assignment,
    observed,
    dynatrace,
  }: {
    readonly assignment: Assignment
    readonly observed: ObservedState
    readonly dynatrace: Dynatrace
  },
): Promise<Administrators> {
  const refs = new Set([...assignment.desired].flatMap(([ref, group]) => (administers(group) ? [ref] : [])))
  if (refs.size === 0 || !actions.some(action => mayTake(action, refs))) return NOBODY
  const groups = new Map<GroupRef, ReadonlySet<string>>()
  for (const ref of refs) {
    const people = await membersOf(ref, observed, dynatrace)
    if (people !== undefined) groups.set(ref, people)
  }
  return { groups, elsewhere: await isElsewhere(refs, dynatrace) }
}

function administers({ bindings, permissions }: DesiredGroup): boolean {
  const isWhole = (boundaries: readonly string[]) => boundaries.length === 0
  return (
    bindings.some(
      ({ policy, level, boundaries }) =>
        level.kind === 'account' && isWhole(boundaries) && isAdministratorPolicy(policy),
    ) || permissions.some(({ role, level }) => level.kind === 'account' && isAdministratorRole(role))
  )
}

function mayTake(action: StepAction, refs: ReadonlySet<GroupRef>): boolean {
  if (!isRemoval(action)) return false
  if (action.kind === 'remove-user') return true
  const ref = groupOf(action)
  return (
    ref !== undefined && refs.has(ref) && (loserOf(action) !== undefined || action.kind !== 'remove-member')
  )
}

async function membersOf(
  ref: GroupRef,
  observed: ObservedState,
  dynatrace: Dynatrace,
): Promise<ReadonlySet<string> | undefined> {
  if (isNewGroup(ref)) return undefined
  if (observed.whole.has(ref)) return observed.state.members.get(ref)
  const found = await dynatrace.groups.members(ref)
  return found === undefined ? undefined : new Set(found.map(({ email }) => foldKey(email)))
}

/** Whether a group that is not among these has somebody and such a policy. Roles of others would take a call for each. */
async function isElsewhere(refs: ReadonlySet<GroupRef>, dynatrace: Dynatrace): Promise<boolean> {
  const names = new Map((await dynatrace.policies.list({ kind: 'global' })).map(({ id, name }) => [id, name]))
  const holders = new Set(
    (await dynatrace.bindings.list({ kind: 'account' })).flatMap(({ policyId, groupId, boundaryIds }) =>
      !refs.has(groupId) && boundaryIds.length === 0 && isAdministratorPolicy(names.get(policyId) ?? '')
        ? [groupId]
        : [],
    ),
  )
  for (const ref of holders) if (((await dynatrace.groups.members(ref)) ?? []).length > 0) return true
  return false
}
