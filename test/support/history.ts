/** Random histories: what an IdP sends and what people do by hand in the account, between passes. */
import fc from 'fast-check'
import type { World } from './world.ts'

/** IdP groups that come and go; which rules take them is up to the test. */
export const IDP_GROUPS = [
  'dt-payments-viewer',
  'dt-payments-editor',
  'dt-checkout-viewer',
  'dt-checkout-editor',
  'other team',
]
/** The second half are the new addresses of the first. */
export const PEOPLE = ['p0', 'p1', 'p2', 'p3', 'p4', 'q0', 'q1', 'q2', 'q3', 'q4']

export type Act =
  | { readonly kind: 'user'; readonly who: number }
  | { readonly kind: 'active'; readonly who: number; readonly active: boolean }
  | { readonly kind: 'delete-user'; readonly who: number }
  /** A change of address, to and fro between two. */
  | { readonly kind: 'rename-user'; readonly who: number; readonly other: boolean }
  | { readonly kind: 'group'; readonly group: number; readonly members: readonly number[] }
  | { readonly kind: 'rename-group'; readonly group: number; readonly to: number }
  | { readonly kind: 'delete-group'; readonly group: number }
  | { readonly kind: 'join' | 'leave'; readonly group: number; readonly who: number }
  | { readonly kind: 'hand'; readonly edit: object }
  | { readonly kind: 'keyed' | 'full' }

/** What the registry and the IdP know by now. */
export interface Cast {
  readonly users: Map<number, string>
  readonly groups: Map<number, string>
}

export const nobody = (): Cast => ({ users: new Map(), groups: new Map() })

const who = fc.nat(PEOPLE.length / 2 - 1)
const group = fc.nat(IDP_GROUPS.length - 1)

/** `ours`: groups of the account that hand edits are made to. */
export function anyAct(ours: readonly string[]): fc.Arbitrary<Act> {
  const handEdit = anyEdit(fc.constantFrom(...ours))
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('user' as const), who }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('active' as const), who, active: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete-user' as const), who }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('rename-user' as const), who, other: fc.boolean() }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('group' as const),
        group,
        members: fc.array(who, { maxLength: 3 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('rename-group' as const), group, to: group }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete-group' as const), group }) },
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constantFrom('join' as const, 'leave' as const), group, who }),
    },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('hand' as const), edit: handEdit }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constantFrom('keyed' as const, 'full' as const) }) },
  )
}

function anyEdit(ours: fc.Arbitrary<string>): fc.Arbitrary<object> {
  return fc.oneof(
    fc.record({ do: fc.constantFrom('add-member', 'remove-member'), group: ours, user: anybody() }),
    fc.record({
      do: fc.constant('remove-binding'),
      group: ours,
      policy: fc.constant('Standard User'),
      level: fc.constant('account'),
    }),
    fc.record({
      do: fc.constant('add-binding'),
      group: ours,
      policy: fc.constantFrom('Admin User', 'Pro User'),
      level: fc.constantFrom('account', 'prod', 'stage'),
    }),
    fc.record({
      do: fc.constant('change-boundaries'),
      group: ours,
      policy: fc.constant('team data'),
      parameters: fc.constantFrom({ team: 'payments' }, { team: 'checkout' }),
      level: fc.constantFrom('prod', 'stage'),
      boundaries: fc.constantFrom([], ['production only'], ['team search']),
    }),
    fc.record({
      do: fc.constantFrom('add-permission', 'remove-permission'),
      group: ours,
      role: fc.constantFrom('tenant-viewer', 'tenant-logviewer'),
      level: fc.constantFrom('prod', 'stage'),
    }),
    fc.record({
      do: fc.constant('rename-group'),
      group: ours,
      name: fc.constantFrom('renamed by hand', 'also renamed'),
    }),
    fc.record({
      do: fc.constant('describe-group'),
      group: ours,
      description: fc.constantFrom('by hand', ''),
    }),
    fc.record({ do: fc.constant('delete-group'), group: ours }),
    fc.record({ do: fc.constant('remove-user'), user: fc.constantFrom(...PEOPLE.map(address)) }),
  )
}

export async function perform(world: World, ids: Cast, act: Act): Promise<void> {
  switch (act.kind) {
    case 'user':
      if (!ids.users.has(act.who)) ids.users.set(act.who, await world.user(PEOPLE[act.who] ?? ''))
      return
    case 'active': {
      const id = ids.users.get(act.who)
      if (id !== undefined)
        await world.patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: act.active })
      return
    }
    case 'delete-user': {
      const id = ids.users.get(act.who)
      if (id !== undefined) await world.scim('DELETE', `/Users/${id}`)
      ids.users.delete(act.who)
      return
    }
    case 'rename-user': {
      const id = ids.users.get(act.who)
      const name = PEOPLE[act.who + (act.other ? PEOPLE.length / 2 : 0)] ?? ''
      if (id === undefined) return
      await world.patch(`/Users/${id}`, { op: 'replace', path: 'userName', value: address(name) })
      return
    }
    case 'group':
      if (ids.groups.has(act.group)) return
      ids.groups.set(
        act.group,
        await world.group(
          IDP_GROUPS[act.group] ?? '',
          act.members.flatMap(n => ids.users.get(n) ?? []),
        ),
      )
      return
    case 'rename-group': {
      const id = ids.groups.get(act.group)
      if (id === undefined || ids.groups.has(act.to)) return
      await world.patch(`/Groups/${id}`, { op: 'replace', value: { id, displayName: IDP_GROUPS[act.to] } })
      ids.groups.delete(act.group)
      ids.groups.set(act.to, id)
      return
    }
    case 'delete-group': {
      const id = ids.groups.get(act.group)
      if (id !== undefined) await world.scim('DELETE', `/Groups/${id}`)
      ids.groups.delete(act.group)
      return
    }
    case 'join':
    case 'leave': {
      const [id, member] = [ids.groups.get(act.group), ids.users.get(act.who)]
      if (id === undefined || member === undefined) return
      const operation =
        act.kind === 'join'
          ? { op: 'Add', path: 'members', value: [{ value: member }] }
          : { op: 'remove', path: `members[value eq "${member}"]` }
      await world.patch(`/Groups/${id}`, operation)
      return
    }
    case 'hand':
      // Half of the edits name something that is not there (yet): a person in the console could not do them.
      await world.edit(act.edit).catch(() => undefined)
      return
    case 'keyed':
      await world.keyed()
      return
    case 'full':
      await world.apply()
      return
  }
}

/** Nothing of an earlier history is left. */
export async function empty(store: World['store']): Promise<void> {
  const tables = [
    'members',
    'users',
    'groups',
    'departures',
    'accountUsers',
    'changes',
    'ownership',
    'runs',
    'decisions',
    'journal',
  ] as const
  await store.write(async tx => {
    for (const table of tables) await tx.deleteFrom(table).execute()
  })
}

export function address(name: string): string {
  return `${name}@acme.example`
}

function anybody(): fc.Arbitrary<string> {
  return fc.constantFrom(...PEOPLE.map(address), 'ben.okafor@acme.example', 'carla.rossi@acme.example')
}
