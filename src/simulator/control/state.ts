/**
 * The whole account as plain data in a fixed order, for comparison byte for byte. Instants are left out: a thing
 * changed and changed back is the same. So is membership in the group of all users, which everybody has.
 */
import { bindingsOfGroup, levelOf } from '../account/binding-store.ts'
import type { Binding, Group } from '../account/objects.ts'
import { permissionsOf } from '../account/permissions.ts'
import { type Account, levelKey } from '../account.ts'

export function stateOf(account: Account) {
  const groupName = (uuid: string) => account.groups.get(uuid)?.name ?? uuid
  return {
    accountUuid: account.uuid,
    environments: sorted([...account.environments.values()], one => one.id).map(({ id, name, active }) => ({
      id,
      name,
      active,
    })),
    users: sorted([...account.users.values()], user => user.email).map(user => ({
      email: user.email,
      uid: user.uid,
      kind: user.kind,
      status: user.status,
      emergencyContact: user.emergencyContact,
      groups: [...(account.groupsOfUser.get(user.uid) ?? [])].map(groupName).sort(),
    })),
    groups: sortedGroups(account).map(group => ({
      name: group.name,
      uuid: group.uuid,
      owner: group.owner,
      description: group.description,
      federatedAttributeValues: group.federatedAttributeValues,
    })),
    permissions: sortedGroups(account).flatMap(group =>
      sorted(permissionsOf(account, group), one => `${one.permissionName} ${one.scope}`).map(
        ({ permissionName, scope, scopeType }) => ({ group: group.name, permissionName, scope, scopeType }),
      ),
    ),
    policies: sorted([...account.policies.values()], one => `${levelKey(one.level)} ${one.name}`).map(
      policy => ({
        level: levelKey(policy.level),
        name: policy.name,
        uuid: policy.uuid,
        description: policy.description,
        statementQuery: policy.statementQuery,
      }),
    ),
    boundaries: sorted([...account.boundaries.values()], one => `${one.name} ${one.uuid}`).map(boundary => ({
      name: boundary.name,
      uuid: boundary.uuid,
      boundaryQuery: boundary.boundaryQuery,
    })),
    bindings: [...account.bindings].sort(byKey).flatMap(([level, byGroup]) =>
      // Not by the groups of the account: a switch can leave bindings behind when one of them is deleted.
      sorted([...byGroup.keys()], groupName).flatMap(uuid =>
        sorted(
          bindingsOfGroup(account, levelOf(level), uuid).map(one => bindingView(account, level, one)),
          one => JSON.stringify(one),
        ),
      ),
    ),
  }
}

/** A binding with names beside ids; maps and boundaries in a fixed order. */
function bindingView(account: Account, level: string, binding: Binding) {
  const inOrder = (map: Readonly<Record<string, string>>) =>
    Object.fromEntries(sorted(Object.entries(map), ([name]) => name))
  return {
    level,
    group: account.groups.get(binding.groupUuid)?.name ?? binding.groupUuid,
    groupUuid: binding.groupUuid,
    policy: account.policies.get(binding.policyUuid)?.name ?? binding.policyUuid,
    policyUuid: binding.policyUuid,
    parameters: inOrder(binding.parameters),
    metadata: inOrder(binding.metadata),
    boundaries: binding.boundaries.map(uuid => account.boundaries.get(uuid)?.name ?? uuid).sort(),
  }
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0

const sortedGroups = (account: Account): Group[] => sorted([...account.groups.values()], group => group.name)

function sorted<T>(list: readonly T[], key: (one: T) => string): T[] {
  return list
    .map(one => ({ one, key: key(one) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ one }) => one)
}
