/** Adds things to an account by name. Seeding is nobody's change: it leaves no trace in the audit trail. */
import { randomUUID } from 'node:crypto'
import { addBinding } from '../account/bindings.ts'
import { createBoundary } from '../account/boundaries.ts'
import { addEnvironment } from '../account/environments.ts'
import { insertGroup } from '../account/groups.ts'
import { join } from '../account/memberships.ts'
import {
  boundaryNamed,
  groupNamed,
  levelNamed,
  permissionNamed,
  policyNamed,
  userNamed,
} from '../account/named.ts'
import { addPermissions } from '../account/permissions.ts'
import { createPolicy } from '../account/policies.ts'
import { createServiceUser } from '../account/service-users.ts'
import { addUser } from '../account/users.ts'
import type { Account } from '../account.ts'
import { conflict } from '../rejection.ts'
import { addAdminToken, addEnvironmentThings } from './add-environment-things.ts'
import type { Addition } from './addition.ts'

/** Adds everything in the order in which it can refer to each other. */
export function add(account: Account, given: Addition): void {
  const seed = { kind: 'seed' } as const
  for (const environment of given.environments) {
    addEnvironment(account, environment)
    addAdminToken(account, environment.id)
  }
  for (const { uuid, name, description, statement, level: place } of given.policies) {
    const policy = { name, description, statementQuery: statement }
    createPolicy(account, seed, levelNamed(account, place), policy, uuid)
  }
  for (const { uuid, name, query } of given.boundaries) {
    createBoundary(account, seed, { name, boundaryQuery: query }, uuid)
  }
  for (const group of given.groups) {
    if (account.groupIdByName.has(group.name)) throw conflict(`Group ${group.name} already exists`)
    const owner = group.owner ?? (group.federatedAttributeValues.length > 0 ? 'SAML' : 'LOCAL')
    insertGroup(account, seed, { ...group, owner, uuid: group.uuid ?? randomUUID() })
  }
  for (const user of given.users) {
    const added = addUser(account, seed, user)
    for (const group of user.groups) join(account, seed, added, groupNamed(account, group))
  }
  for (const { uid, groupUuid, ...rest } of given.serviceUsers) {
    createServiceUser(account, seed, {
      ...rest,
      ...(uid === undefined ? {} : { uid }),
      ...(groupUuid === undefined ? {} : { groupUuid }),
    })
  }
  for (const { user, group } of given.memberships) {
    join(account, seed, userNamed(account, user), groupNamed(account, group))
  }
  for (const { group, role, level: place } of given.permissions) {
    addPermissions(account, seed, groupNamed(account, group), [permissionNamed(account, role, place)])
  }
  for (const { policy, group, level: place, parameters, metadata, boundaries } of given.bindings) {
    const at = levelNamed(account, place)
    const pair = {
      level: at,
      policyUuid: policyNamed(account, policy, at).uuid,
      groupUuid: groupNamed(account, group).uuid,
    }
    const ids = boundaries.map(name => boundaryNamed(account, name).uuid)
    addBinding(account, seed, pair, { parameters, metadata, boundaries: ids })
  }
  addEnvironmentThings(account, given)
}
