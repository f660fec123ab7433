/** Who looks after the account and its environments: asked for only when a plan takes something from such groups. */
import { isAdministratorPolicy, isAdministratorRole } from '../../access/administrators.ts'
import type { DesiredGroup } from '../../access/desired-group.ts'
import type { Dynatrace } from '../../dynatrace/dynatrace.ts'
import { foldKey } from '../../lib/fold.ts'
import { isRemoval } from '../action.ts'
import type { Assignment } from '../assign.ts'
import { bindingKey, groupLevelKey, isNewGroup, levelKey, permissionKey } from '../keys.ts'
import type { ObservedState } from '../observe/observed.ts'
import type { GroupRef } from '../state.ts'
import type { StepAction } from '../step.ts'
import {
  ACCOUNT,
  type AdministratorGroup,
  type Administrators,
  bindingPlace,
  type Place,
  permissionPlace,
  placesAtRisk,
} from './last-administrator.ts'

/** Groups that are not ours whose roles are asked for, one call each; of further ones only policies count. */
const MOST_ASKED = 200

interface Known {
  readonly assignment: Assignment
  readonly observed: ObservedState
  readonly policyName: (id: string) => string
  readonly dynatrace: Dynatrace
}

/**
 * Costs nothing in most passes; else a call for each group whose members the pass has not read. Only when nobody of ours
 * would be left it asks who else there is.
 */
export async function readAdministrators(
  actions: readonly StepAction[],
  known: Known,
): Promise<Administrators> {
  const groups = new Map<GroupRef, AdministratorGroup>()
  const nobody: Administrators = { groups, elsewhere: new Set() }
  if (!actions.some(mayTake)) return nobody
  const rights = administratorRights(known)
  if (!actions.some(action => isAbout(action, rights))) return nobody
  for (const [ref, own] of rights) {
    const people = await membersOf(ref, known)
    if (people !== undefined) groups.set(ref, { people, rights: own })
  }
  const places = placesAtRisk(actions, groups)
  if (places.length === 0) return { groups, elsewhere: new Set() }
  return { groups, elsewhere: await placesElsewhere(places, new Set(rights.keys()), known) }
}

const mayTake = (action: StepAction): boolean => isRemoval(action) || action.kind === 'change-binding'

function isAbout(action: StepAction, rights: ReadonlyMap<GroupRef, unknown>): boolean {
  switch (action.kind) {
    case 'remove-user':
      return true
    case 'remove-member':
      return rights.has(action.group)
    case 'delete-group':
      return rights.has(action.group.ref)
    case 'remove-binding':
      return rights.has(action.binding.group)
    case 'change-binding':
      return rights.has(action.from.group)
    case 'remove-permission':
      return rights.has(action.permission.group)
    default:
      return false
  }
}

/** As the account has them where the pass has looked; of other groups what the rules say they have. */
function administratorRights({
  assignment,
  observed: { state, blind },
  policyName,
}: Known): ReadonlyMap<GroupRef, ReadonlyMap<string, Place>> {
  const rights = new Map<GroupRef, Map<string, Place>>()
  const note = (ref: GroupRef, key: string, place: Place | undefined) => {
    if (place === undefined) return
    const own = rights.get(ref) ?? new Map<string, Place>()
    rights.set(ref, own.set(key, place))
  }
  for (const binding of state.bindings.values())
    note(binding.group, bindingKey(binding), bindingPlace(binding, policyName))
  for (const permission of state.permissions.values())
    note(permission.group, permissionKey(permission), permissionPlace(permission))
  for (const [ref, group] of assignment.desired) {
    if (isNewGroup(ref)) continue
    for (const [key, place] of wishedRights(group)) {
      const isSeen = key.startsWith('role ')
        ? !blind.permissions.has(ref)
        : !blind.bindings.has(groupLevelKey(ref, levelOf(place)))
      if (!state.groups.has(ref) || !isSeen) note(ref, `wished ${key}`, place)
    }
  }
  return rights
}

function wishedRights({ bindings, permissions }: DesiredGroup): readonly (readonly [string, Place])[] {
  return [
    ...bindings.flatMap(({ policy, level, boundaries }) =>
      boundaries.length === 0 && isAdministratorPolicy(policy)
        ? [[`policy ${policy} ${levelKey(level)}`, levelKey(level)] as const]
        : [],
    ),
    ...permissions.flatMap(({ role, level, zone }) =>
      zone === undefined && isAdministratorRole(role)
        ? [[`role ${role} ${levelKey(level)}`, levelKey(level)] as const]
        : [],
    ),
  ]
}

const levelOf = (place: Place) =>
  place === ACCOUNT
    ? ({ kind: 'account' } as const)
    : ({ kind: 'environment', id: place.slice(place.indexOf(':') + 1) } as const)

async function membersOf(
  ref: GroupRef,
  { observed, dynatrace }: Known,
): Promise<ReadonlySet<string> | undefined> {
  if (observed.whole.has(ref)) return observed.state.members.get(ref)
  const found = await dynatrace.groups.members(ref)
  return found === undefined ? undefined : new Set(found.map(({ email }) => foldKey(email)))
}

/** The places where a group that is not among these has somebody and such a policy or role. The account stands for all. */
async function placesElsewhere(
  places: readonly Place[],
  refs: ReadonlySet<GroupRef>,
  { policyName, dynatrace }: Known,
): Promise<ReadonlySet<Place>> {
  const names = new Map((await dynatrace.policies.list({ kind: 'global' })).map(({ id, name }) => [id, name]))
  const found = new Set<Place>()
  const hasSomebody = async (ref: GroupRef) => ((await dynatrace.groups.members(ref)) ?? []).length > 0
  for (const place of new Set([ACCOUNT, ...places])) {
    const bindings = await dynatrace.bindings.list(levelOf(place))
    const holders = bindings.filter(
      ({ policyId, groupId, boundaryIds }) =>
        !refs.has(groupId) && boundaryIds.length === 0 && isAdministratorPolicy(names.get(policyId) ?? policyName(policyId)),
    )
    for (const ref of new Set(holders.map(({ groupId }) => groupId))) {
      if (!(await hasSomebody(ref))) continue
      found.add(place)
      break
    }
    if (found.has(ACCOUNT)) return found
  }
  const others = (await dynatrace.groups.list()).filter(({ id }) => !refs.has(id))
  for (const { id } of others.slice(0, MOST_ASKED)) {
    const roles = (await dynatrace.permissions.list(id)) ?? []
    const given = roles.flatMap(role => permissionPlace({ group: id, ...role }) ?? [])
    if (given.length === 0 || !(await hasSomebody(id))) continue
    for (const place of given) found.add(place)
    if (found.has(ACCOUNT)) return found
  }
  return found
}
