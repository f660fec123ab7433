import fc from 'fast-check'
import type { DirectorySnapshot } from '../../src/directory/snapshot.ts'
import { sqlDirectory } from '../../src/directory/sql-directory.ts'
import { sqlSnapshot } from '../../src/directory/sql-snapshot.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { eachDatabase, type TestDatabase } from '../support/databases.ts'

const cause = { requestId: 'req-1', actor: 'scim' }

eachDatabase({
  async 'a full snapshot holds people, groups, nested members, parked members and departures'(t, database) {
    const { directory, read } = await opened(database)
    const anna = await directory.createUser({ userName: 'Anna@x' }, cause)
    const bert = await directory.createUser({ userName: 'bert@x', active: false }, cause)
    const blank = await directory.createUser({ userName: 'blank' }, cause)
    const gone = await directory.createUser({ userName: 'gone@x' }, cause)
    const inner = await directory.createGroup(
      { displayName: 'inner', externalId: 'e1' },
      add(anna.id, blank.id),
      cause,
    )
    const outer = await directory.createGroup(
      { displayName: 'outer' },
      add(inner.id, bert.id, 'parked'),
      cause,
    )
    const empty = await directory.createGroup({ displayName: 'empty' }, add(), cause)
    await directory.deleteUser(gone.id, cause)

    const snapshot = await read({ kind: 'full' })
    t.same(
      new Set(snapshot.groups),
      new Set([
        { id: inner.id, displayName: 'inner', externalId: 'e1' },
        { id: outer.id, displayName: 'outer', externalId: undefined },
        { id: empty.id, displayName: 'empty', externalId: undefined },
      ]),
    )
    t.same([...snapshot.people.keys()].sort(), ['anna@x', 'bert@x'])
    t.same(snapshot.people.get('anna@x'), {
      userName: 'Anna@x',
      email: 'Anna@x',
      emailKey: 'anna@x',
      active: true,
      inactiveSince: undefined,
      reactivatedAt: undefined,
      doubtedSince: undefined,
    })
    t.match(snapshot.people.get('bert@x'), { active: false, inactiveSince: bert.createdAt })
    t.same(members(snapshot, inner.id), ['anna@x'])
    t.same(members(snapshot, outer.id), ['anna@x', 'bert@x'])
    t.same(members(snapshot, empty.id), [])
    t.same(snapshot.unreachable, ['blank'])
    t.same(snapshot.parked, new Map([[outer.id, ['parked']]]))
    t.match(snapshot.departures.get('gone@x'), { userName: 'gone@x', email: 'gone@x' })
    t.ok(snapshot.seq > 0)
  },

  async 'of two users with one address the active counts, then the older'(t, database) {
    const times = [1, 2, 3].map(second => new Date(Date.UTC(2026, 0, 1, 0, 0, second)))
    const { directory, read } = await opened(database, {
      ...systemClock,
      now: () => times.shift() ?? new Date(Date.UTC(2026, 0, 2)),
    })
    const create = (userName: string, active: boolean) =>
      directory.createUser({ userName, active, emails: [{ value: 'shared@x' }] }, cause)
    const first = await create('first', false)
    const second = await create('second', true)
    const person = async () => (await read({ kind: 'full' })).people.get('shared@x')?.userName
    t.equal(await person(), 'second')
    await directory.changeUser(second.id, it => ({ ...it.attributes, active: false }), cause)
    t.equal(await person(), 'first')
    await directory.deleteUser(first.id, cause)
    const snapshot = await read({ kind: 'keys', emails: new Set(['shared@x']), groupIds: new Set() })
    t.equal(snapshot.people.get('shared@x')?.userName, 'second')
    t.equal(snapshot.departures.size, 0, 'somebody still has the address')
  },

  async 'a departure names its successor, and a part of the directory holds it for either'(t, database) {
    const { directory, read } = await opened(database)
    const { id } = await directory.createUser({ userName: 'old@x' }, cause)
    await directory.changeUser(id, it => ({ ...it.attributes, userName: 'new@x' }), cause)
    for (const scope of [
      { kind: 'full' } as const,
      { kind: 'keys', emails: new Set(['old@x']), groupIds: new Set<string>() } as const,
      { kind: 'keys', emails: new Set(['new@x']), groupIds: new Set<string>() } as const,
    ]) {
      t.match((await read(scope)).departures.get('old@x'), { email: 'old@x', successorKey: 'new@x' })
    }
  },

  async 'an empty directory has an empty snapshot'(t, database) {
    const { read } = await opened(database)
    const keys = { kind: 'keys', emails: new Set(['x@y', 'nul\0']), groupIds: new Set(['g']) } as const
    for (const snapshot of [await read({ kind: 'full' }), await read(keys)]) {
      t.match(snapshot, { groups: [], unreachable: [], seq: 0 })
      t.equal(
        snapshot.people.size + snapshot.members.size + snapshot.departures.size + snapshot.parked.size,
        0,
      )
    }
  },

  async 'a part of the directory agrees with the whole'(t, database) {
    const { directory, read } = await opened(database)
    const users = await Promise.all(
      range(10).map(n =>
        // Two share an address, one has none.
        directory.createUser(
          {
            userName: `u${n}`,
            active: n % 3 > 0,
            ...(n === 9 ? {} : { emails: [{ value: `p${n % 8}@x` }] }),
          },
          cause,
        ),
      ),
    )
    const groups: string[] = []
    for (const n of range(7)) {
      groups.push((await directory.createGroup({ displayName: `g${n}` }, [], cause)).id)
    }
    const state = fc.record({
      links: fc.array(fc.tuple(fc.nat(6), fc.nat(10)), { maxLength: 25 }),
      // Only towards larger numbers, so that none contains itself.
      nestings: fc.array(
        fc.tuple(fc.nat(6), fc.nat(6)).filter(([a, b]) => a < b),
        { maxLength: 6 },
      ),
      emails: fc.uniqueArray(fc.nat(9), { maxLength: 4 }),
      groupIds: fc.uniqueArray(fc.nat(7), { maxLength: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(state, async ({ links, nestings, emails, groupIds }) => {
        const contents = (group: number) => [
          ...links.flatMap(([g, u]) => (g === group ? [users[u]?.id ?? 'parked'] : [])),
          ...nestings.flatMap(([g, inner]) => (g === group ? [groups[inner] ?? ''] : [])),
        ]
        for (const id of groups) {
          await directory.changeGroup(
            id,
            () => ({ attributes: undefined, members: [{ kind: 'remove-all' }] }),
            cause,
          )
        }
        for (const [n, id] of groups.entries()) {
          await directory.changeGroup(
            id,
            () => ({ attributes: undefined, members: add(...contents(n)) }),
            cause,
          )
        }
        const full = await read({ kind: 'full' })
        const scope = {
          emails: new Set(emails.map(n => `p${n}@x`)),
          groupIds: new Set(groupIds.map(n => groups[n] ?? 'no such group')),
        }
        const part = await read({ kind: 'keys', ...scope })
        t.same(part.groups, full.groups)
        t.equal(part.seq, full.seq)
        for (const email of scope.emails) {
          t.same(part.people.get(email), full.people.get(email))
          for (const id of groups) {
            t.equal(part.members.get(id)?.has(email) ?? false, full.members.get(id)?.has(email) ?? false)
          }
        }
        for (const id of scope.groupIds) {
          t.same(part.members.has(id), full.members.has(id))
          t.same(members(part, id), members(full, id))
          t.same(part.parked.get(id), full.parked.get(id))
          for (const email of members(part, id)) t.same(part.people.get(email), full.people.get(email))
        }
        t.ok(part.unreachable.every(name => full.unreachable.includes(name)))
      }),
      { numRuns: 25 },
    )
  },
})

async function opened(database: TestDatabase, clock = systemClock) {
  const store = await database.open()
  return { directory: sqlDirectory({ store, clock }), read: sqlSnapshot(store) }
}

function members(snapshot: DirectorySnapshot, groupId: string): readonly string[] {
  return [...(snapshot.members.get(groupId) ?? [])].sort()
}

function add(...ids: readonly string[]) {
  return [{ kind: 'add' as const, members: ids.map(id => ({ id, kind: 'User' as const })) }]
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n)
}
