/** Finds things of the account by the names people use; an id does too. A miss is a 400 that says what is not there. */
import { type Account, findUser } from '../account.ts'
import { badRequest } from '../rejection.ts'
import { accountLevel } from './levels.ts'
import type { Boundary, Group, Level, Policy, User } from './objects.ts'
import type { PermissionKey } from './permissions.ts'
import { policiesFor } from './policies.ts'

export function userNamed(account: Account, email: string): User {
  return findUser(account, email) ?? missing('user', email)
}

export function groupNamed(account: Account, name: string): Group {
  return account.groups.get(account.groupIdByName.get(name) ?? name) ?? missing('group', name)
}

/** The policy of this name that can be bound at this level; the most specific one wins. */
export function policyNamed(account: Account, name: string, level: Level): Policy {
  const rank = { environment: 0, account: 1, global: 2 }
  const [best] = policiesFor(account, level)
    .filter(policy => policy.name === name || policy.uuid === name)
    .sort((a, b) => rank[a.level.type] - rank[b.level.type])
  return best ?? missing('policy', `${name} at ${level.type} ${level.id}`)
}

/** Names of boundaries may repeat: then only an id will do. */
export function boundaryNamed(account: Account, name: string): Boundary {
  const found = [...account.boundaries.values()].filter(one => one.name === name || one.uuid === name)
  if (found.length > 1) throw badRequest(`There are ${found.length} boundaries named ${name}: use an id`)
  return found[0] ?? missing('boundary', name)
}

/** `account`, or an environment by name or id. */
export function levelNamed(account: Account, name: string): Level {
  if (name === 'account') return accountLevel(account)
  const environment = [...account.environments.values()].find(one => one.id === name || one.name === name)
  return { type: 'environment', id: (environment ?? missing('environment', name)).id }
}

/** A role at `account`, at an environment, or at `environment:management zone`. */
export function permissionNamed(account: Account, role: string, place: string): PermissionKey {
  if (place === 'account') return { permissionName: role, scope: account.uuid, scopeType: 'account' }
  const [environment = '', zone] = place.split(':')
  const { id } = levelNamed(account, environment)
  if (zone === undefined) return { permissionName: role, scope: id, scopeType: 'tenant' }
  const zones = account.environments.get(id)?.managementZones ?? []
  const found = zones.find(one => one.id === zone || one.name === zone) ?? missing('management zone', zone)
  return { permissionName: role, scope: `${id}:${found.id}`, scopeType: 'management-zone' }
}

function missing(kind: string, name: string): never {
  throw badRequest(`There is no ${kind} ${name} in the account`)
}
