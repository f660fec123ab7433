/**
 * Somebody must be able to look after the account, and after each environment that has administrators of its own. Pure.
 *
 * What counts is who is in a group with such a right, not which right it is: one may be exchanged for another. Who administers
 * the account administers its environments, too. Where people outside of the bridge's groups hold such rights, as far as could
 * be seen, the bridge's own may go.
 */
import { isAdministratorPolicy, isAdministratorRole } from '../../access/administrators.ts'
import { bindingKey, levelKey, permissionKey } from '../keys.ts'
import type { GroupRef, StateBinding, StatePermission } from '../state.ts'
import type { StepAction } from '../step.ts'
import { type Draft, type Held, refuse } from './verdict.ts'

/** As `levelKey` says it: `account`, or `environment:<id>`. */
export type Place = string

/** A group of ours that gives rights of administrators. */
export interface AdministratorGroup {
  /** Folded e-mails. */
  readonly people: ReadonlySet<string>
  /** Where each of its rights counts, by the key of the binding or permission. */
  readonly rights: ReadonlyMap<string, Place>
}

export interface Administrators {
  /** As the account has them; only those whose members are known. */
  readonly groups: ReadonlyMap<GroupRef, AdministratorGroup>
  /** Where somebody else has such rights, or nobody knows: there nothing is refused. */
  readonly elsewhere: ReadonlySet<Place>
}

export const ACCOUNT: Place = 'account'

/** Where the binding makes administrators; undefined when it does not. A boundary makes less than one of them. */
export const bindingPlace = (
  { policyId, level, boundaryIds }: StateBinding,
  policyName: (id: string) => string,
): Place | undefined =>
  boundaryIds.length === 0 && isAdministratorPolicy(policyName(policyId)) ? levelKey(level) : undefined

export function permissionPlace({ role, scopeType, scope }: StatePermission): Place | undefined {
  if (!isAdministratorRole(role) || scopeType === 'management-zone') return undefined
  return scopeType === 'account' ? ACCOUNT : `environment:${scope}`
}

/** Refuses what would take the last of them away. `steps` are those that would be carried out. */
export function refusedForLastAdministrator(
  steps: readonly Draft[],
  { groups, elsewhere }: Administrators,
  policyName: (id: string) => string,
): Held {
  if (elsewhere.has(ACCOUNT)) return []
  const taking = steps.filter(({ action }) => takes(action, groups))
  if (taking.length === 0) return []
  const after = carriedOut(
    steps.map(({ action }) => action),
    groups,
    policyName,
  )
  const orphaned = orphanedPlaces(groups, after).filter(place => !elsewhere.has(place))
  const [place] = orphaned
  if (place === undefined) return []
  const where = place === ACCOUNT ? 'the account' : `environment ${place.slice(place.indexOf(':') + 1)}`
  const reason = `Nobody would be left with rights of administrators on ${where}: give them to somebody else first.`
  const concerned = (ref: GroupRef) =>
    [...(groups.get(ref)?.rights.values() ?? [])].some(each => each === ACCOUNT || orphaned.includes(each))
  return taking
    .filter(({ action }) => groupsOf(action, groups).some(concerned))
    .map(({ id }) => [id, refuse('last-administrator', reason)] as const)
}

/** Places that have somebody now and would have nobody if all of these were carried out and nothing were added. */
export function placesAtRisk(
  actions: readonly StepAction[],
  groups: Administrators['groups'],
): readonly Place[] {
  const taking = actions.filter(action => takes(action, groups))
  return taking.length === 0 ? [] : orphanedPlaces(groups, carriedOut(taking, groups, () => ''))
}

function orphanedPlaces(before: Administrators['groups'], after: Administrators['groups']): readonly Place[] {
  const left = peopledPlaces(after)
  return left.has(ACCOUNT) ? [] : [...peopledPlaces(before)].filter(place => !left.has(place))
}

const peopledPlaces = (groups: Administrators['groups']): ReadonlySet<Place> =>
  new Set([...groups.values()].flatMap(({ people, rights }) => (people.size > 0 ? [...rights.values()] : [])))

function takes(action: StepAction, groups: Administrators['groups']): boolean {
  switch (action.kind) {
    case 'remove-member':
      return action.successor === undefined && groups.get(action.group)?.people.has(action.emailKey) === true
    case 'remove-user':
      return action.successor === undefined && groupsOf(action, groups).length > 0
    case 'delete-group':
      return groups.has(action.group.ref)
    case 'remove-binding':
      return groups.get(action.binding.group)?.rights.has(bindingKey(action.binding)) === true
    case 'change-binding':
      return (
        action.to.boundaryIds.length > 0 &&
        groups.get(action.from.group)?.rights.has(bindingKey(action.from)) === true
      )
    case 'remove-permission':
      return groups.get(action.permission.group)?.rights.has(permissionKey(action.permission)) === true
    default:
      return false
  }
}

/** Of those that give rights of administrators, the ones an action that takes is about. */
function groupsOf(action: StepAction, groups: Administrators['groups']): readonly GroupRef[] {
  switch (action.kind) {
    case 'remove-member':
      return [action.group]
    case 'remove-user':
      return [...groups].flatMap(([ref, { people }]) => (people.has(action.emailKey) ? [ref] : []))
    case 'delete-group':
      return [action.group.ref]
    case 'remove-binding':
      return [action.binding.group]
    case 'change-binding':
      return [action.from.group]
    case 'remove-permission':
      return [action.permission.group]
    default:
      return []
  }
}

/** A group that is new, or gets its first such right, counts with those who join it; who is in it already is not known. */
function carriedOut(
  actions: readonly StepAction[],
  before: Administrators['groups'],
  policyName: (id: string) => string,
): Administrators['groups'] {
  const after = new Map(
    [...before].map(([ref, { people, rights }]) => [
      ref,
      { people: new Set(people), rights: new Map(rights) },
    ]),
  )
  const of = (ref: GroupRef) => {
    const group = after.get(ref) ?? { people: new Set<string>(), rights: new Map<string, Place>() }
    after.set(ref, group)
    return group
  }
  const bind = (binding: StateBinding) => {
    const place = bindingPlace(binding, policyName)
    if (place !== undefined) of(binding.group).rights.set(bindingKey(binding), place)
  }
  for (const action of actions) {
    switch (action.kind) {
      case 'remove-member':
        if (action.successor === undefined) after.get(action.group)?.people.delete(action.emailKey)
        break
      case 'remove-user':
        if (action.successor === undefined)
          for (const { people } of after.values()) people.delete(action.emailKey)
        break
      case 'delete-group':
        after.delete(action.group.ref)
        break
      case 'remove-binding':
        after.get(action.binding.group)?.rights.delete(bindingKey(action.binding))
        break
      case 'change-binding':
        after.get(action.from.group)?.rights.delete(bindingKey(action.from))
        bind(action.to)
        break
      case 'remove-permission':
        after.get(action.permission.group)?.rights.delete(permissionKey(action.permission))
        break
      case 'add-binding':
        bind(action.binding)
        break
      case 'add-permission': {
        const place = permissionPlace(action.permission)
        if (place !== undefined)
          of(action.permission.group).rights.set(permissionKey(action.permission), place)
        break
      }
      case 'add-member':
        of(action.group).people.add(action.emailKey)
        break
      default:
        break
    }
  }
  return after
}
