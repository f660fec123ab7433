import fc from 'fast-check'
import { CompiledQuery, sql } from 'kysely'
import type { Test } from 'tap'
import { sqlChangeFeed } from '../../src/directory/change-feed.ts'
import type { Directory, MemberChange } from '../../src/directory/directory.ts'
import { listGroups } from '../../src/directory/group-list.ts'
import { groupsOfUsers, membersOf } from '../../src/directory/member-reads.ts'
import { sqlDirectory } from '../../src/directory/sql-directory.ts'
import { listUsers } from '../../src/directory/user-list.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { parseFilter } from '../../src/scim/filter.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import { parseQueryFilter } from '../../src/scim/query-filter.ts'
import { userType } from '../../src/scim/schema/user.ts'
import { readJournal } from '../../src/store/journal.ts'
import { verifyJournal } from '../../src/store/journal-verify.ts'
import type { Reader, Store, Writer } from '../../src/store/store.ts'
import { eachDatabase, type TestDatabase } from '../support/databases.ts'

const cause = { requestId: 'req-1', actor: 'scim' }

eachDatabase({
  async 'a user lives: created, found, changed, deactivated, deleted'(t, database) {
    const { directory, store, clock } = await opened(database)
    const attributes = {
      userName: 'Anna@acme.example',
      externalId: '00uA',
      name: { givenName: 'Änna' },
      active: true,
    }
    const user = await directory.createUser({ ...attributes, password: 'x', id: 'mine', groups: [] }, cause)
    t.match(user, {
      userName: 'Anna@acme.example',
      email: 'Anna@acme.example',
      externalId: '00uA',
      active: true,
      inactiveSince: undefined,
      version: 1,
    })
    t.same(user.attributes, attributes)
    t.has(user, await directory.findUser(user.id))
    t.equal(await directory.findUser('mine'), undefined)

    clock.advance(1000)
    const renamed = await directory.changeUser(user.id, it => ({ ...it.attributes, title: 'Dr' }), cause)
    t.match(renamed, { version: 2, createdAt: user.createdAt, attributes: { title: 'Dr' } })
    t.not(renamed.modifiedAt, user.modifiedAt)

    const inactive = await directory.changeUser(user.id, it => ({ ...it.attributes, active: false }), cause)
    t.match(inactive, { active: false, inactiveSince: inactive.modifiedAt })
    clock.advance(1000)
    const still = await directory.changeUser(user.id, it => ({ ...it.attributes, title: 'Prof' }), cause)
    t.equal(still.inactiveSince, inactive.inactiveSince)
    const back = await directory.changeUser(user.id, it => ({ ...it.attributes, active: true }), cause)
    t.equal(back.inactiveSince, undefined)

    await directory.deleteUser(user.id, cause)
    t.equal(await directory.findUser(user.id), undefined)
    t.match(await store.db.selectFrom('departures').selectAll().execute(), [
      { emailKey: 'anna@acme.example', userName: 'Anna@acme.example' },
    ])
    await directory.createUser({ userName: 'ANNA@acme.example' }, cause)
    t.same(await store.db.selectFrom('departures').selectAll().execute(), [])
  },

  async 'a change to an equal value writes nothing'(t, database) {
    const { directory, store, clock } = await opened(database)
    const user = await directory.createUser(
      { userName: 'a@acme.example', emails: [{ value: 'x', type: 'work' }] },
      cause,
    )
    const group = await directory.createGroup({ displayName: 'g' }, add(user.id), cause)
    const lines = await readJournal(store.db, { limit: 100 })
    const changes = await store.db.selectFrom('changes').selectAll().execute()
    clock.advance(1000)
    const reordered = { emails: [{ type: 'work', value: 'x' }], userName: 'a@acme.example' }
    t.same(await directory.changeUser(user.id, () => reordered, cause), user)
    for (const members of [
      [],
      add(user.id),
      [{ kind: 'remove', ids: ['nobody'] }] as const,
      [{ kind: 'replace', members: [{ id: user.id, kind: 'User' }] }] as const,
      [{ kind: 'remove-all' }, ...add(user.id)] as const,
    ] satisfies (readonly MemberChange[])[]) {
      const change = { attributes: { displayName: 'g' }, members }
      t.same(await directory.changeGroup(group.id, () => change, cause), group)
    }
    t.same(await readJournal(store.db, { limit: 100 }), lines)
    t.same(await store.db.selectFrom('changes').selectAll().execute(), changes)
  },

  async 'names are unique in any letter case, under parallel writes too'(t, database) {
    const { directory } = await opened(database)
    const other = await opened(database)
    const names = ['STRAẞE@acme.example', 'straße@acme.example', 'Straße@ACME.example', 'straßE@acme.example']
    const results = await Promise.allSettled(
      names.map((userName, n) => (n % 2 === 0 ? directory : other.directory).createUser({ userName }, cause)),
    )
    t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
    for (const result of results) {
      if (result.status === 'rejected') {
        t.match(result.reason, {
          name: 'ScimError',
          status: 409,
          scimType: 'uniqueness',
          message: /already a user/,
        })
      }
    }
    const groups = await Promise.allSettled(
      ['Team', 'TEAM', 'team'].map(displayName => directory.createGroup({ displayName }, [], cause)),
    )
    t.equal(groups.filter(({ status }) => status === 'fulfilled').length, 1)

    const b = await directory.createUser({ userName: 'b@acme.example' }, cause)
    await refused(
      t,
      directory.changeUser(b.id, () => ({ userName: 'STRASSE@acme.example'.replace('SS', 'ß') }), cause),
      { status: 409 },
    )
    t.match(await directory.findUser(b.id), { resource: /b@acme.example/, version: 1 })
  },

  async 'unknown ids are 404, and what a change function throws passes through'(t, database) {
    const { directory } = await opened(database)
    for (const id of ['none', 'nul\0', '\ud800', 'x'.repeat(5000)]) {
      await t.rejects(
        directory.changeUser(id, it => it.attributes, cause),
        { name: 'ScimError', status: 404 },
      )
      await refused(t, directory.deleteUser(id, cause), { status: 404 })
      await refused(t, directory.deleteGroup(id, cause), { status: 404 })
      t.equal(await directory.findUser(id), undefined)
      t.equal(await directory.findGroup(id), undefined)
      t.equal((await directory.membersOf([id])).size, 0)
      t.equal((await directory.groupsOfUsers([id])).size, 0)
      const filter = { op: 'eq', path: 'userName', value: id } as const
      t.same(await directory.listUsers({ filter, startIndex: 1, count: 10 }), { total: 0, items: [] })
    }
    const user = await directory.createUser({ userName: 'a@acme.example' }, cause)
    const refuse = () => {
      throw new TypeError('not so')
    }
    await t.rejects(directory.changeUser(user.id, refuse, cause), { name: 'TypeError', message: 'not so' })
    t.has(user, await directory.findUser(user.id))
  },

  async 'texts that a database cannot hold are refused with 400'(t, database) {
    const { directory } = await opened(database)
    for (const text of ['nul\0', '\ud800', 'ä'.repeat(1500)]) {
      await refused(t, directory.createUser({ userName: text }, cause), {
        status: 400,
        scimType: 'invalidValue',
      })
      await refused(t, directory.createUser({ userName: 'a', externalId: text }, cause), { status: 400 })
      await refused(t, directory.createGroup({ displayName: text }, [], cause), { status: 400 })
      await refused(t, directory.createGroup({ displayName: 'g' }, add(text), cause), { status: 400 })
    }
    const title = 'nul\0 and \ud800 are no problem elsewhere'
    const user = await directory.createUser({ userName: 'a', title }, cause)
    t.equal(JSON.parse((await directory.findUser(user.id))?.resource ?? '{}').title, title)
  },

  async 'two changes of one resource at once both count'(t, database) {
    const { directory } = await opened(database)
    const other = await opened(database)
    const user = await directory.createUser({ userName: 'a', count: 0 }, cause)
    const increment = (it: { attributes: JsonObject }) => ({
      ...it.attributes,
      count: Number(it.attributes.count) + 1,
    })
    await Promise.all(
      range(40).map(n => (n % 2 === 0 ? directory : other.directory).changeUser(user.id, increment, cause)),
    )
    t.match(await directory.findUser(user.id), { version: 41, resource: /"count":40/ })
  },

  async 'parallel membership changes lose nothing'(t, database) {
    const { directory } = await opened(database)
    const other = await opened(database)
    const users = await Promise.all(range(12).map(n => directory.createUser({ userName: `m${n}` }, cause)))
    const change = fc.record({
      kind: fc.constantFrom('add' as const, 'remove' as const),
      who: fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 4 }),
    })
    let groups = 0
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 30 }), async changes => {
        const group = await directory.createGroup({ displayName: `property ${groups++}` }, [], cause)
        const expected = new Set<string>()
        // The function runs inside the transaction: its order is the order in which changes took effect.
        await Promise.all(
          changes.map(({ kind, who }, n) => {
            const ids = who.map(index => users[index]?.id ?? '')
            return (n % 2 === 0 ? directory : other.directory).changeGroup(
              group.id,
              () => {
                for (const id of ids)
                  if (kind === 'add') expected.add(id)
                  else expected.delete(id)
                return { attributes: undefined, members: kind === 'add' ? add(...ids) : [{ kind, ids }] }
              },
              cause,
            )
          }),
        )
        t.same(await memberIds(directory, group.id), [...expected].sort())
      }),
      { numRuns: 15 },
    )
  },

  async 'every kind of membership change does what it says'(t, database) {
    const { directory } = await opened(database)
    const people = await Promise.all(range(4).map(n => directory.createUser({ userName: `u${n}` }, cause)))
    const [a = '', b = '', c = '', d = ''] = people.map(({ id }) => id)
    const group = await directory.createGroup({ displayName: 'g' }, add(a, b, a), cause)
    const after = async (...members: readonly MemberChange[]) => {
      await directory.changeGroup(group.id, () => ({ attributes: undefined, members }), cause)
      return memberIds(directory, group.id)
    }
    const where = (text: string): MemberChange => ({ kind: 'remove-where', filter: parseFilter(text) })
    t.same(await memberIds(directory, group.id), [a, b].sort())
    t.same(await after(...add(c), { kind: 'remove', ids: [a, 'nobody'] }), [b, c].sort())
    t.same(
      await after({ kind: 'replace', members: [a, c, d].map(id => ({ id, kind: 'User' })) }),
      [a, c, d].sort(),
    )
    t.same(await after(where(`value eq "${a}"`)), [c, d].sort())
    t.same(await after(where(`value eq "${c}" or value eq "${a}"`)), [d])
    t.same(await after(...add(a, b), where('display eq "U0" or type ne "User"')), [b, d].sort())
    t.same(await after(...add('parked-1')), [b, d, 'parked-1'].sort())
    t.same(await after(where(`not (value eq "${b}")`)), [b])
    t.same(await after({ kind: 'remove-all' }), [])
  },

  async 'members and groups of users are told with their names'(t, database) {
    const { directory } = await opened(database)
    const user = await directory.createUser({ userName: 'anna' }, cause)
    const inner = await directory.createGroup({ displayName: 'inner' }, add(user.id, 'parked'), cause)
    const outer = await directory.createGroup({ displayName: 'Outer' }, add(inner.id, user.id), cause)
    const members = await directory.membersOf([inner.id, outer.id, 'none'])
    t.same(
      members.get(inner.id),
      [
        { id: user.id, kind: 'User', display: 'anna' },
        { id: 'parked', kind: 'User', display: undefined },
      ].sort((x, y) => (x.id < y.id ? -1 : 1)),
    )
    t.match(
      members.get(outer.id)?.find(({ id }) => id === inner.id),
      { kind: 'Group', display: 'inner' },
    )
    t.same((await directory.groupsOfUsers([user.id])).get(user.id), [
      { id: outer.id, displayName: 'Outer' },
      { id: inner.id, displayName: 'inner' },
    ])
    await directory.deleteUser(user.id, cause)
    t.same(await memberIds(directory, outer.id), [inner.id])
    t.match(await directory.findGroup(outer.id), { version: 2 }, 'its members changed')
    await directory.deleteGroup(inner.id, cause)
    t.same(await memberIds(directory, outer.id), [])
  },

  async 'a group cannot come to contain itself'(t, database) {
    const { directory } = await opened(database)
    const a = await directory.createGroup({ displayName: 'a' }, [], cause)
    const b = await directory.createGroup({ displayName: 'b' }, add(a.id), cause)
    const c = await directory.createGroup({ displayName: 'c' }, add(b.id), cause)
    for (const id of [a.id, b.id, c.id]) {
      const change = { attributes: undefined, members: add(id) }
      await refused(
        t,
        directory.changeGroup(a.id, () => change, cause),
        { status: 400, scimType: 'invalidValue' },
      )
    }
    t.same(await memberIds(directory, a.id), [])
  },

  async 'the change feed names exactly whom a change concerns'(t, database) {
    const { directory, store } = await opened(database)
    const feed = sqlChangeFeed(store)
    const news = async () => {
      const pending = await feed.pending()
      await feed.settle(pending)
      return pending.map(({ kind, key }) => `${kind} ${key}`).sort()
    }
    const anna = await directory.createUser({ userName: 'Anna@acme.example' }, cause)
    const bert = await directory.createUser(
      { userName: 'bert', emails: [{ value: 'B@acme.example' }] },
      cause,
    )
    const nobody = await directory.createUser({ userName: 'without address' }, cause)
    t.same(await news(), ['user anna@acme.example', 'user b@acme.example'])
    await directory.changeUser(anna.id, it => ({ ...it.attributes, title: 'x' }), cause)
    t.same(await news(), [], 'Dynatrace knows no titles')
    await directory.changeUser(
      bert.id,
      it => ({ ...it.attributes, emails: [{ value: 'c@acme.example' }] }),
      cause,
    )
    t.same(await news(), ['user b@acme.example', 'user c@acme.example'])
    await directory.changeUser(bert.id, it => ({ ...it.attributes, active: false }), cause)
    t.same(await news(), ['user c@acme.example'])

    const group = await directory.createGroup(
      { displayName: 'Team' },
      add(anna.id, nobody.id, 'parked'),
      cause,
    )
    t.same(await news(), ['group Team', 'user anna@acme.example'])
    const change = (...members: readonly MemberChange[]) =>
      directory.changeGroup(group.id, () => ({ attributes: undefined, members }), cause)
    await change(...add(anna.id, bert.id))
    t.same(await news(), ['user c@acme.example'], 'only the new member')
    await change({ kind: 'replace', members: [{ id: bert.id, kind: 'User' }] })
    t.same(await news(), ['user anna@acme.example'])
    await directory.changeGroup(
      group.id,
      it => ({ attributes: { ...it.attributes, displayName: 'Crew' }, members: [] }),
      cause,
    )
    t.same(await news(), ['group Crew', 'group Team'])

    const outer = await directory.createGroup({ displayName: 'Outer' }, [], cause)
    const outermost = await directory.createGroup({ displayName: 'Outermost' }, add(outer.id), cause)
    await news()
    await directory.changeGroup(outer.id, () => ({ attributes: undefined, members: add(group.id) }), cause)
    t.same(await news(), ['group Outer', 'group Outermost'], 'the groups that contain more people now')
    await directory.deleteGroup(group.id, cause)
    t.same(await news(), ['group Crew', 'group Outer', 'group Outermost', 'user c@acme.example'])
    await directory.deleteGroup(outermost.id, cause)
    t.same(await news(), ['group Outermost'])
    await directory.changeGroup(outer.id, () => ({ attributes: undefined, members: add(anna.id) }), cause)
    await directory.deleteUser(anna.id, cause)
    t.same(await news(), ['user anna@acme.example'])
  },

  async 'changes of a key are gathered, and settled up to what was seen'(t, database) {
    const { directory, store } = await opened(database)
    const feed = sqlChangeFeed(store)
    const toggle = (id: string, requestId: string) =>
      directory.changeUser(id, it => ({ ...it.attributes, active: !it.active }), { requestId, actor: 'scim' })
    const a = await directory.createUser({ userName: 'a@x' }, { requestId: 'r1', actor: 'scim' })
    const b = await directory.createUser({ userName: 'b@x' }, { requestId: 'r2', actor: 'scim' })
    await toggle(a.id, 'r3')
    await toggle(a.id, 'r3')
    const pending = await feed.pending()
    t.match(pending, [
      { kind: 'user', key: 'a@x', requestIds: ['r1', 'r3'] },
      { kind: 'user', key: 'b@x', requestIds: ['r2'] },
    ])
    await toggle(a.id, 'r4')
    await feed.settle(pending.filter(({ key }) => key === 'a@x'))
    t.match(await feed.pending(), [
      { key: 'b@x', requestIds: ['r2'] },
      { key: 'a@x', requestIds: ['r4'] },
    ])
    const last = (await feed.pending()).at(-1)?.seq ?? 0
    await toggle(b.id, 'r5')
    await feed.settleAll(last)
    const [rest, ...none] = await feed.pending()
    t.match(rest, { key: 'b@x', requestIds: ['r5'] })
    t.same(none, [])
    await feed.settleAll(rest?.seq ?? 0)
    await toggle(b.id, 'r6')
    t.ok(((await feed.pending())[0]?.seq ?? 0) > (rest?.seq ?? 0), 'numbers are never used again')
  },

  async 'the journal tells what was changed by whom, without values'(t, database) {
    const { directory, store } = await opened(database)
    const user = await directory.createUser(
      { userName: 'a@x', nickName: 'secretive', password: 'geheim' },
      cause,
    )
    await directory.changeUser(
      user.id,
      it => ({ ...it.attributes, nickName: 'hidden', active: false }),
      cause,
    )
    const group = await directory.createGroup(
      { displayName: 'g' },
      add(...range(60).map(n => `p${n}`)),
      cause,
    )
    await directory.changeGroup(
      group.id,
      () => ({ attributes: { displayName: 'h' }, members: [{ kind: 'remove', ids: ['p1'] }] }),
      cause,
    )
    await directory.deleteGroup(group.id, cause)
    await directory.deleteUser(user.id, cause)
    const lines = (await readJournal(store.db, { limit: 100, requestId: 'req-1' })).toReversed()
    t.match(lines, [
      { kind: 'scim.user.created', actor: 'scim', data: { id: user.id, userName: 'a@x', active: true } },
      { kind: 'scim.user.changed', data: { changed: ['active', 'nickName'], active: false } },
      { kind: 'scim.group.created', data: { displayName: 'g', added: { count: 60 } } },
      {
        kind: 'scim.group.changed',
        data: {
          displayName: 'h',
          previousDisplayName: 'g',
          changed: ['displayName'],
          removed: { count: 1, ids: ['p1'] },
        },
      },
      { kind: 'scim.group.deleted', data: { displayName: 'h', removed: { count: 59 } } },
      { kind: 'scim.user.deleted', data: { userName: 'a@x' } },
    ])
    t.notMatch(JSON.stringify(lines), /secretive|hidden|geheim/)
    t.match(await verifyJournal(store.db), { kind: 'ok', lines: 6 })
  },

  async 'lists are in the order of creation and pages fit together'(t, database) {
    const { directory, clock } = await opened(database)
    for (const n of range(25)) {
      if (n % 3 === 0) clock.advance(1)
      await directory.createUser({ userName: `u${n}` }, cause)
    }
    const all = await directory.listUsers({ filter: undefined, startIndex: 1, count: 100 })
    t.equal(all.total, 25)
    const paged = []
    for (let startIndex = 1; startIndex <= 25; startIndex += 7) {
      const { total, items } = await directory.listUsers({ filter: undefined, startIndex, count: 7 })
      t.equal(total, 25)
      paged.push(...items)
    }
    t.same(paged, all.items)
    t.same(await directory.listUsers({ filter: undefined, startIndex: 26, count: 7 }), {
      total: 25,
      items: [],
    })
    t.same(await directory.listUsers({ filter: undefined, startIndex: 1, count: 0 }), {
      total: 25,
      items: [],
    })
  },

  async 'filters: by index and by evaluation, with the same meaning'(t, database) {
    const { directory, clock } = await opened(database)
    const create = (userName: string, more: JsonObject) => {
      clock.advance(1)
      return directory.createUser({ userName, active: true, ...more }, cause)
    }
    const a = await create('Anna', {
      externalId: 'X1',
      emails: [{ value: 'anna@x', type: 'work' }],
      title: 'Dr',
    })
    const b = await create('bert', { externalId: 'x1', emails: [{ value: 'bert@x', type: 'work' }] })
    const c = await create('Carl', { externalId: 'X1', active: false })
    const group = await directory.createGroup({ displayName: 'Team', externalId: 'g1' }, add(a.id), cause)
    const other = await directory.createGroup({ displayName: 'Other' }, add(group.id), cause)
    const users = async (text: string, count = 10) => {
      const page = await directory.listUsers({ filter: parseFilter(text), startIndex: 1, count })
      t.equal(page.items.length, Math.min(page.total, count), text)
      return page.items.map(({ resource }) => JSON.parse(resource).userName)
    }
    t.same(await users('userName eq "ANNA"'), ['Anna'])
    t.same(await users('urn:ietf:params:scim:schemas:core:2.0:User:USERNAME eq "anna"'), ['Anna'])
    t.same(await users('externalId eq "X1"'), ['Anna', 'Carl'], 'case-exact')
    t.same(await users('externalId eq "X1"', 1), ['Anna'])
    t.same(await users(`id eq "${b.id}"`), ['bert'])
    t.same(await users(`id eq "${b.id.toUpperCase()}"`), [])
    t.same(await users('externalId eq "X1" and userName eq "carl"'), ['Carl'])
    t.same(await users('userName eq "carl" or userName eq "bert"'), ['bert', 'Carl'])
    t.same(await users('emails[type eq "work"].value eq "x"').catch(() => []), [])
    t.same(await users('emails.value eq "BERT@x"'), ['bert'])
    t.same(await users('active eq false'), ['Carl'])
    t.same(await users('title pr and externalId eq "X1"'), ['Anna'])
    t.same(await users('not (title pr)'), ['bert', 'Carl'])
    t.same(await users('userName sw "c"'), ['Carl'])
    t.same(await users(`groups.value eq "${group.id}"`), ['Anna'])
    t.same(await users('groups.display eq "team"'), ['Anna'])
    t.same(await users('meta.created gt "2000-01-01T00:00:00Z" and userName ne "anna"'), ['bert', 'Carl'])

    const groups = async (text: string) => {
      const page = await directory.listGroups({ filter: parseFilter(text), startIndex: 1, count: 10 })
      return page.items.map(({ resource }) => JSON.parse(resource).displayName)
    }
    t.same(await groups('displayName eq "TEAM"'), ['Team'])
    t.same(await groups('externalId eq "g1"'), ['Team'])
    t.same(await groups(`id eq "${group.id}" and members eq "${a.id}"`), ['Team'])
    t.same(await groups(`members[value eq "${group.id}"]`), ['Other'])
    t.same(await groups(`members.value eq "${c.id}"`), [])
    t.same(await groups('members.display eq "anna"'), ['Team'])
    t.same(await groups('not (displayName eq "team")'), ['Other'])
    t.equal(other.version, 1)
  },

  async 'evaluation goes through everybody, chunk by chunk'(t, database) {
    const { directory } = await opened(database)
    const title = (n: number) => (n % 2 === 0 ? 'even' : 'odd')
    await Promise.all(
      range(520).map(n => directory.createUser({ userName: `u${n}`, title: title(n) }, cause)),
    )
    const filter = parseFilter('title eq "EVEN"')
    const page = await directory.listUsers({ filter, startIndex: 255, count: 10 })
    t.equal(page.total, 260)
    t.equal(page.items.length, 6)
  },

  async 'large groups are written without regard to parameter limits'(t, database) {
    const { directory } = await opened(database)
    const ids = range(33_000).map(n => `id-${n}`)
    const group = await directory.createGroup({ displayName: 'big' }, add(...ids), cause)
    t.equal((await memberIds(directory, group.id)).length, 33_000)
    await directory.changeGroup(
      group.id,
      () => ({ attributes: undefined, members: [{ kind: 'remove', ids: ids.slice(1) }] }),
      cause,
    )
    t.same(await memberIds(directory, group.id), ['id-0'])
    await directory.deleteGroup(group.id, cause)
  },

  async 'what is asked all day is found by an index in a large directory'(t, database) {
    const { store, directory } = await opened(database)
    await store.write(fill)
    if (store.dialect === 'postgres') await sql`analyze`.execute(store.db)
    const asked: CompiledQuery[] = []
    const db = observed(store.db, asked)
    const page = (path: string, value: string) => ({
      filter: { op: 'eq', path, value } as const,
      startIndex: 1,
      count: 100,
    })
    for (const path of ['id', 'userName', 'externalId', 'groups.value']) await listUsers(db, page(path, 'x7'))
    for (const path of ['id', 'displayName', 'externalId', 'members.value']) {
      await listGroups(db, page(path, 'x7'))
    }
    for (const text of byEmail) {
      const filter = parseQueryFilter(text, userType)
      const found = await listUsers(db, { filter, startIndex: 1, count: 100 })
      t.same(
        found.items.map(({ id }) => id),
        ['x7'],
        text,
      )
    }
    await membersOf(db, ['x7'])
    await groupsOfUsers(db, ['x7'])
    t.equal(asked.length, 10 + byEmail.length)
    for (const query of asked) t.same(await wholeReads(store, query), [], query.sql)
    t.equal((await directory.membersOf(['x7'])).get('x7')?.length, 10)
    t.equal((await directory.groupsOfUsers(['x7'])).get('x7')?.length, 2)
  },
})

/** Each is answered by one statement, and none by reading all users. */
const byEmail = [
  'emails.value eq "X7"',
  'emails eq "X7"',
  'emails[value eq "X7"]',
  'emails[type eq "work" and value eq "X7"]',
  'emails[type eq "work"].value eq "X7"',
  'urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq "work"].value eq "X7"',
  'urn:ietf:params:scim:schemas:core:2.0:User:emails.value eq "X7"',
  'emails.value eq "X7" and active eq true',
]

/** 50,000 users and 10,000 groups, both x1, x2, …; every user in two groups. */
async function fill(tx: Writer): Promise<void> {
  const numbers = (last: number) =>
    sql`(with recursive s(i) as (select 1 union all select i + 1 from s where i < ${sql.lit(last)}) select i, 'x' || i as x from s) as numbers`
  await sql`insert into users select x, x, x, x, x, x, 1, null, '{}', 1, '', '', null, null from ${numbers(50_000)}`.execute(
    tx,
  )
  await sql`
    update users set resource = '{"active":true,"userName":"' || id || '","emails":[{"value":"' || id || '","type":"work"}]}'`.execute(
    tx,
  )
  await sql`insert into user_emails select id, id from users`.execute(tx)
  await sql`insert into "groups" select x, x, x, x, '{}', 1, '', '' from ${numbers(10_000)}`.execute(tx)
  await sql`insert into members select 'x' || (i % 10000 + 1), x, 'User' from ${numbers(50_000)}`.execute(tx)
  await sql`insert into members select 'x' || ((i + 50) % 10000 + 1), x, 'User' from ${numbers(50_000)}`.execute(
    tx,
  )
}

/** The same database, noting the statements that are run on it, all of which go through Kysely. */
function observed(db: Reader, asked: CompiledQuery[]): Reader {
  const executor = db.getExecutor()
  const another = overlay(executor, {
    adapter: Object.create(executor.adapter),
    executeQuery: (query: CompiledQuery) => {
      asked.push(query)
      return executor.executeQuery(query)
    },
  })
  return overlay(db, {
    getExecutor: () => another,
    executeQuery: (query: CompiledQuery) => {
      asked.push(query)
      return db.executeQuery(query)
    },
  })
}

function overlay<T extends object>(target: T, members: Readonly<Record<string, unknown>>): T {
  return new Proxy(target, {
    get(_, name) {
      if (typeof name === 'string' && name in members) return members[name]
      const member: unknown = Reflect.get(target, name, target)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

/** The steps of the query's plan that read all rows of one of our tables. */
async function wholeReads({ db, dialect }: Store, query: CompiledQuery): Promise<readonly string[]> {
  const explain = dialect === 'postgres' ? 'explain' : 'explain query plan'
  const { rows } = await db.executeQuery(CompiledQuery.raw(`${explain} ${query.sql}`, [...query.parameters]))
  return rows
    .map(row => JSON.stringify(row))
    .filter(step =>
      /(?:Seq Scan on|SCAN|Index Scan using \w+_in_order on) "?(?:user|group|member)/.test(step),
    )
}

async function opened(
  database: TestDatabase,
): Promise<{ store: Store; directory: Directory; clock: ManualClock }> {
  const clock = manualClock()
  const store = await database.open(clock)
  return { store, clock, directory: sqlDirectory({ store, clock }) }
}

interface ManualClock extends Clock {
  advance(ms: number): void
}

function manualClock(): ManualClock {
  let now = Date.UTC(2026, 10, 20)
  return {
    now: () => new Date(now),
    sleep: async () => {},
    advance: ms => {
      now += ms
    },
  }
}

function add(...ids: readonly string[]): readonly MemberChange[] {
  return [{ kind: 'add', members: ids.map(id => ({ id, kind: 'User' as const })) }]
}

async function refused(
  t: Test,
  write: Promise<unknown>,
  expected: { status: number; scimType?: string },
): Promise<void> {
  const reason = await write.then(
    () => 'not refused',
    (error: unknown) => error,
  )
  t.match(reason, { name: 'ScimError', ...expected })
}

async function memberIds(directory: Directory, groupId: string): Promise<readonly string[]> {
  return ((await directory.membersOf([groupId])).get(groupId) ?? []).map(({ id }) => id).sort()
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n)
}
