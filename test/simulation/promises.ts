/** What is wished for and what was done, worked out from the directory and the account without the code that is tested. */
import type { World } from '../support/world.ts'
import { ROLES, TEAMS } from './company.ts'

export interface Account {
  readonly users: readonly { readonly email: string; readonly groups: readonly string[] }[]
  readonly groups: readonly { readonly name: string; readonly uuid: string; readonly description: string }[]
  readonly bindings: readonly {
    readonly group: string
    readonly level: string
    readonly policy: string
    readonly boundaries: readonly string[]
  }[]
  readonly permissions: readonly {
    readonly group: string
    readonly permissionName: string
    readonly scope: string
  }[]
}

export interface Wishes {
  /** Names of groups that rules may lead to. */
  readonly groups: readonly string[]
  /** `payments viewer: ana@acme.example`. */
  readonly members: ReadonlySet<string>
  /** `payments viewer: Standard User on account`. */
  readonly rights: ReadonlySet<string>
}

export async function wishesOf(world: World, file: string): Promise<Wishes> {
  const groups = TEAMS.flatMap(team => ROLES.map(role => `${team} ${role}`))
  const matches = file.includes('match: dt-')
  const people = new Map<string, string>()
  for (const { id, userName, active } of (await world.scim('GET', '/Users?count=200')).body.Resources ?? [])
    if (active === true) people.set(id, userName.toLowerCase())
  const members = new Set<string>()
  for (const group of (await world.scim('GET', '/Groups?count=200')).body.Resources ?? []) {
    const [, team, role] = /^dt-(\w+)-(\w+)$/.exec(group.displayName) ?? []
    for (const { value } of group.members ?? []) {
      const email = people.get(value)
      if (matches && email !== undefined) members.add(`${team} ${role}: ${email}`)
    }
  }
  const rights = new Set<string>()
  for (const group of matches ? groups : []) {
    for (const policy of ['Standard User', 'Read Logs', 'Admin User'])
      if (file.includes(`policy: ${policy}, level: account`)) rights.add(`${group}: ${policy} on account`)
    const [team] = group.split(' ')
    rights.add(`${group}: team rights on abc12345 within only ${team}`)
    if (group.endsWith('editor')) rights.add(`${group}: role tenant-viewer on def67890`)
  }
  return { groups, members, rights }
}

export interface Changes {
  readonly gained: readonly string[]
  readonly lost: readonly string[]
  readonly bound: readonly string[]
  readonly unbound: readonly string[]
  /** Of groups that no rule may lead to. */
  readonly strangers: readonly string[]
  /** Groups of ours that are there under another uuid. */
  readonly remade: readonly string[]
}

export function changesOf(before: Account, after: Account, wishes: Wishes): Changes {
  const isOurs = (line: string) => {
    const [group = ''] = line.split(': ')
    return wishes.groups.some(name => group === name || group === `${name} by hand`)
  }
  const named = (line: string) => line.replace(/^(\w+ \w+) by hand:/, '$1:')
  const more = (one: readonly string[], other: readonly string[]) => {
    const there = new Set(other.map(named))
    return one.filter(line => !there.has(named(line))).map(named)
  }
  const [memberships, rights] = [membersOf, rightsOf]
  const strange = (account: Account) =>
    [
      ...memberships(account),
      ...rights(account),
      ...account.groups.map(({ name, uuid }) => `${name}: ${uuid}`),
    ].filter(line => !isOurs(line))
  const uuids = new Map(before.groups.map(({ name, uuid }) => [uuid, name]))
  const kept = new Set(after.groups.map(({ uuid }) => uuid))
  return {
    gained: more(memberships(after), memberships(before)).filter(isOurs),
    lost: more(memberships(before), memberships(after)).filter(isOurs),
    bound: more(rights(after), rights(before)).filter(isOurs),
    unbound: more(rights(before), rights(after)).filter(isOurs),
    strangers: [...more(strange(after), strange(before)), ...more(strange(before), strange(after))],
    remade: after.groups
      .filter(
        ({ uuid, name }) =>
          !uuids.has(uuid) && [...uuids].some(([old, was]) => was === name && !kept.has(old)),
      )
      .map(({ name }) => name),
  }
}

const membersOf = ({ users }: Account): readonly string[] =>
  users.flatMap(({ email, groups }) => groups.map(group => `${group}: ${email.toLowerCase()}`))

const rightsOf = ({ bindings, permissions }: Account): readonly string[] => [
  ...bindings.map(({ group, level, policy, boundaries }) => {
    const within = boundaries.length === 0 ? '' : ` within ${[...boundaries].sort().join(' + ')}`
    const [kind = '', id = ''] = level.split('/')
    return `${group}: ${policy} on ${kind === 'account' ? kind : id}${within}`
  }),
  ...permissions.map(({ group, permissionName, scope }) => `${group}: role ${permissionName} on ${scope}`),
]
