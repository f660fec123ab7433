/** Finds things of the account by the names people use; an id does too. A miss is a 400 that says what is not there. */
import { nearest } from '../../lib/nearest.ts'
import { type Account, findUser } from '../account.ts'
import { badRequest } from '../rejection.ts'
import { accountLevel } from './levels.ts'
import type { Boundary, Environment, Group, Level, Policy, User } from './objects.ts'
import type { PermissionKey } from './permissions.ts'
import { policiesFor } from './policies.ts'
import { serviceUsers } from './service-users.ts'

export function userNamed(account: Account, email: string): User {
  const found = findUser(account, email) ?? serviceUsersNamed(account, email)[0]
  return found ?? missing('user', email, emailsOf(account))
}

/** A service user by uid, e-mail or name. Names may repeat: then only one of the others will do. */
export function serviceUserNamed(account: Account, name: string): User {
  const found = serviceUsersNamed(account, name)
  if (found.length > 1) throw badRequest(`There are ${found.length} service users named ${name}: use a uid`)
  return found[0] ?? missing('service user', name, namesOf(serviceUsers(account)))
}

export function groupNamed(account: Account, name: string): Group {
  return (
    account.groups.get(account.groupIdByName.get(name) ?? name) ??
    missing('group', name, account.groupIdByName.keys())
  )
}

function serviceUsersNamed(account: Account, name: string): readonly User[] {
  return serviceUsers(account).filter(one => one.name === name || one.uid === name || one.email === name)
}

/** The policy of this name that can be bound at this level; the most specific one wins. */
export function policyNamed(account: Account, name: string, level: Level): Policy {
  const rank = { environment: 0, account: 1, global: 2 }
  const here = policiesFor(account, level)
  const [best] = here
    .filter(policy => policy.name === name || policy.uuid === name)
    .sort((a, b) => rank[a.level.type] - rank[b.level.type])
  return best ?? missing('policy', name, namesOf(here), `at ${level.type} ${level.id}`)
}

/** Names of boundaries may repeat: then only an id will do. */
export function boundaryNamed(account: Account, name: string): Boundary {
  const found = [...account.boundaries.values()].filter(one => one.name === name || one.uuid === name)
  if (found.length > 1) throw badRequest(`There are ${found.length} boundaries named ${name}: use an id`)
  return found[0] ?? missing('boundary', name, namesOf(account.boundaries.values()))
}

/** `account`, or an environment by name or id. */
export function levelNamed(account: Account, name: string): Level {
  if (name === 'account') return accountLevel(account)
  return { type: 'environment', id: environmentNamed(account, name).id }
}

export function environmentNamed(account: Account, name: string): Environment {
  const environments = [...account.environments.values()]
  const found = environments.find(one => one.id === name || one.name === name)
  return found ?? missing('environment', name, namesOf(environments))
}

/** A role at `account`, at an environment, or at `environment:management zone`. */
export function permissionNamed(account: Account, role: string, place: string): PermissionKey {
  if (place === 'account') return { permissionName: role, scope: account.uuid, scopeType: 'account' }
  const [environment = '', zone] = place.split(':')
  const { id } = levelNamed(account, environment)
  if (zone === undefined) return { permissionName: role, scope: id, scopeType: 'tenant' }
  const zones = account.environments.get(id)?.managementZones ?? []
  const found =
    zones.find(one => one.id === zone || one.name === zone) ??
    missing('management zone', zone, namesOf(zones))
  return { permissionName: role, scope: `${id}:${found.id}`, scopeType: 'management-zone' }
}

/** Says what is not there, and what was meant if something has a name like that. */
export function missing(
  kind: string,
  name: string,
  names: Iterable<string>,
  where = 'in the account',
): never {
  const near = nearest(name, names)
  const hint = near === undefined ? '' : `: did you mean ${near}?`
  throw badRequest(`There is no ${kind} ${name} ${where}${hint}`)
}

const emailsOf = (account: Account): string[] => [...account.users.values()].map(user => user.email)

const namesOf = (things: Iterable<{ readonly name: string | undefined }>): string[] =>
  [...things].flatMap(({ name }) => name ?? [])
