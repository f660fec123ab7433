/** Groups of the account, their members, and the legacy role permissions they carry. */
import type { AccountUser } from './user.ts'

export type GroupOwner = 'LOCAL' | 'SAML' | 'SCIM' | 'DCS' | 'ALL_USERS' | 'UNKNOWN'

export interface AccountGroup {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly owner: GroupOwner
  readonly federatedAttributeValues: readonly string[]
  readonly createdAt: string | undefined
}

export interface Groups {
  list(): Promise<readonly AccountGroup[]>
  /** Creates LOCAL groups in one call; answers in the order given. */
  create(
    groups: readonly { readonly name: string; readonly description: string }[],
  ): Promise<readonly AccountGroup[]>
  /** Sets name and description. Full replace on the wire, so the group as read just before must be given. */
  update(group: AccountGroup): Promise<void>
  /** Absent already is no error. */
  remove(id: string): Promise<void>
  /** Members of a group, service users included. Undefined when the group does not exist. */
  members(id: string): Promise<readonly AccountUser[] | undefined>
}

/** A legacy role permission of a group; `scope` is the account UUID, an environment id or `environment:zone`. */
export interface RolePermission {
  readonly role: string
  readonly scopeType: 'account' | 'tenant' | 'management-zone'
  readonly scope: string
}

export interface Permissions {
  /** Undefined when the group does not exist. */
  list(groupId: string): Promise<readonly RolePermission[] | undefined>
  add(groupId: string, permissions: readonly RolePermission[]): Promise<void>
  /** Absent already is no error. */
  remove(groupId: string, permission: RolePermission): Promise<void>
}

/** What Dynatrace says of its role permissions, whichever account it is. */
export interface Reference {
  permissions(): Promise<readonly { readonly id: string; readonly description: string }[]>
}
