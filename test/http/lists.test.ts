/** Sorting and cursors of lists over HTTP, on both databases (RFC 7644 §3.4.2.3 and RFC 9865). */
import fc from 'fast-check'
import type { Test } from 'tap'
import { writeAccountFacts } from '../../src/directory/account-fact-writes.ts'
import { sqlDirectory } from '../../src/directory/sql-directory.ts'
import { createHttpApp } from '../../src/http/app.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { parseQueryFilter } from '../../src/scim/query-filter.ts'
import { dynatraceUserSchema } from '../../src/scim/schema/dynatrace-user.ts'
import { userType } from '../../src/scim/schema/user.ts'
import { eachDatabase, type TestDatabase } from '../support/databases.ts'

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const dynatrace = dynatraceUserSchema.id
const core = 'urn:ietf:params:scim:schemas:core:2.0'
const cause = { requestId: 'req-1', actor: 'test' }

interface Resource {
  readonly id: string
  readonly [name: string]: unknown
}

interface Answer {
  readonly status: number
  readonly totalResults: number
  readonly startIndex?: number
  readonly itemsPerPage: number
  readonly nextCursor?: string
  readonly scimType?: string
  readonly detail?: string
  readonly Resources: readonly Resource[]
}

/** What a test looks at of users and groups. */
interface Shown extends Resource {
  readonly userName?: string
  readonly displayName?: string
  readonly meta: { readonly location: string }
  readonly groups?: readonly { readonly $ref: string }[]
  readonly members?: readonly { readonly $ref: string }[]
}

type Query = Readonly<Record<string, string | number>>

eachDatabase({
  async 'sorting follows the rules of every attribute'(t, database) {
    const { directory, names, list, tick } = await opened(t, database)
    const create = async (userName: string, more: object) => {
      tick()
      return directory.createUser({ userName, active: true, ...more }, cause)
    }
    await create('bob', {
      externalId: 'a',
      title: 'Z',
      emails: [{ value: 'y@x' }, { value: 'A@x', primary: true }],
      name: { familyName: 'Öst' },
      [enterprise]: { department: 'b', manager: { value: 'm2' } },
    })
    const anna = await create('Anna', {
      externalId: 'B',
      title: 'a',
      emails: [{ value: 'c@x' }, { value: '0@x' }],
      name: { familyName: 'adams' },
    })
    await create('\u{1F600}', {
      title: '',
      active: false,
      [enterprise]: { department: 'A', manager: { value: 'm1' } },
    })
    await create('\uFF5E', { name: { familyName: 'Zorn' } })
    const team = await directory.createGroup({ displayName: 'beta' }, [], cause)
    await directory.createGroup(
      { displayName: 'Alpha', externalId: 'x' },
      [{ kind: 'add', members: [{ id: anna.id, kind: 'User' }] }],
      cause,
    )
    await directory.changeUser(anna.id, ({ attributes }) => ({ ...attributes, nickName: 'n' }), cause)

    const users = (sortBy: string, sortOrder = 'ascending') =>
      names('/Users', 'userName', { sortBy, sortOrder })
    const [smile, tilde] = ['\u{1F600}', '\uFF5E']
    t.same(await users('userName'), ['Anna', 'bob', tilde, smile], 'by code point on both databases')
    t.same(await users('USERNAME', 'Descending'), [smile, tilde, 'bob', 'Anna'])
    t.same(await users(`${core}:User:userName`), ['Anna', 'bob', tilde, smile])
    t.same((await users('externalId')).slice(0, 2), ['Anna', 'bob'], 'case-exact, missing ones last')
    t.same((await users('externalId', 'descending')).slice(2), ['bob', 'Anna'], 'missing ones first')
    t.same((await users('title')).slice(0, 2), ['Anna', 'bob'], 'letter case does not count')
    t.same((await users('title', 'descending')).slice(2), ['bob', 'Anna'])
    t.same((await users('emails')).slice(0, 2), ['bob', 'Anna'], 'primary, else first')
    t.same((await users('emails.value')).slice(0, 2), ['bob', 'Anna'])
    t.same((await users('name.familyName')).slice(0, 3), ['Anna', tilde, 'bob'])
    t.same((await users(`${enterprise}:department`)).slice(0, 2), [smile, 'bob'])
    t.same((await users(`${enterprise.toUpperCase()}:Manager`)).slice(0, 2), [smile, 'bob'])
    t.equal((await users('active'))[0], smile)
    t.same(await users('meta.created'), ['bob', 'Anna', smile, tilde])
    t.same(await users('meta.lastModified', 'descending').then(all => all.length), 4)
    t.equal((await users('meta.version', 'descending'))[0], 'Anna')
    t.same(await users('meta.location'), await users('id'))
    t.equal((await names('/Groups', 'displayName', { sortBy: 'displayName' }))[0], 'Alpha')
    t.equal((await names('/Groups', 'displayName', { sortBy: 'members' }))[0], 'Alpha')
    t.equal(
      (await names('/Groups', 'displayName', { sortBy: 'externalId', sortOrder: 'descending' }))[0],
      'beta',
    )
    t.same(await names('/Users', 'userName', { sortOrder: 'descending' }), ['bob', 'Anna', smile, tilde])
    t.equal((await list('/Groups', { sortBy: 'displayName', startIndex: 2 })).Resources[0]?.id, team.id)

    for (const sortBy of [
      'nothing',
      'name',
      'addresses',
      'name.x',
      'name.familyName.x',
      'emails[type eq "work"]',
      'password',
      '__proto__',
      'constructor',
      enterprise,
      'urn:x:department',
    ]) {
      t.match(await list('/Users', { sortBy }), { status: 400, scimType: 'invalidValue' }, sortBy)
    }
    t.match(await list('/Users', { sortBy: 'userName', sortOrder: 'up' }), {
      status: 400,
      scimType: 'invalidValue',
    })
  },

  async 'by cursor every resource is met once, in the order of paging by index'(t, database) {
    const { directory, list, walk, tick } = await opened(t, database)
    const random = fc.sample(
      fc.record({
        title: fc.option(fc.constantFrom('a', 'A', 'b', 'ä', 'Z', '')),
        externalId: fc.option(fc.constantFrom('a', 'B', 'c')),
        active: fc.boolean(),
        department: fc.option(fc.constantFrom('x', 'X', 'y')),
      }),
      { numRuns: 40, seed: 7 },
    )
    for (const [n, { title, externalId, active, department }] of random.entries()) {
      if (n % 3 === 0) tick()
      await directory.createUser(
        {
          userName: `${n % 2 === 0 ? 'U' : 'u'}${n}`,
          active,
          ...(title === null ? {} : { title }),
          ...(externalId === null ? {} : { externalId }),
          ...(department === null ? {} : { [enterprise]: { department } }),
        },
        cause,
      )
      await directory.createGroup(
        { displayName: `g${n}`, ...(externalId === null ? {} : { externalId }) },
        [],
        cause,
      )
    }
    const query = fc.record(
      {
        sortBy: fc.constantFrom(
          'userName',
          'title',
          'externalId',
          'active',
          'meta.created',
          `${enterprise}:department`,
          'id',
        ),
        sortOrder: fc.constantFrom('ascending', 'descending'),
        filter: fc.constantFrom(
          'active eq true',
          'externalId eq "a"',
          'title pr and externalId eq "B"',
          'userName sw "u1"',
        ),
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(query, fc.integer({ min: 1, max: 45 }), async (asked, count) => {
        const all = await list('/Users', { ...asked, count: 500 })
        const ids = all.Resources.map(({ id }) => id)
        t.equal(new Set(ids).size, all.totalResults)
        t.same(await walk('/Users', { ...asked, count }), ids, JSON.stringify({ asked, count }))
        const byIndex = []
        for (let startIndex = 1; startIndex <= all.totalResults; startIndex += count) {
          const page = await list('/Users', { ...asked, startIndex, count })
          t.equal(page.totalResults, all.totalResults)
          byIndex.push(...page.Resources.map(({ id }) => id))
        }
        t.same(byIndex, ids)
        if (asked.sortBy === 'title' || asked.sortBy === 'externalId') {
          t.same(ids, modelled(all.Resources, asked.sortBy, asked.sortOrder), 'as the RFC orders them')
        }
      }),
      { numRuns: 40 },
    )
    for (const sortBy of ['displayName', 'externalId', 'members.value']) {
      const groups = await list('/Groups', { sortBy, count: 500 })
      t.same(
        await walk('/Groups', { sortBy, count: 7 }),
        groups.Resources.map(({ id }) => id),
      )
    }
  },

  async 'what comes and goes between pages neither repeats nor hides another'(t, database) {
    const { directory, walk } = await opened(t, database)
    for (const asked of [
      {},
      { sortBy: 'userName' },
      { sortBy: 'title', sortOrder: 'descending' },
      { filter: 'title pr' },
    ]) {
      const made = []
      for (const n of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
        made.push(await directory.createUser({ userName: `m${n}`, title: `t${n % 4}` }, cause))
      }
      const gone = new Set<string>()
      let page = 0
      const ids = await walk('/Users', { ...asked, count: 2 }, async shown => {
        page += 1
        if (page > 3) return
        // The last one of the page, at which the cursor points, goes; others come on both sides of it.
        const last = shown.at(-1)
        if (last !== undefined) await directory.deleteUser(last, cause)
        if (last !== undefined) gone.add(last)
        await directory.createUser({ userName: `a${page}`, title: `t0` }, cause)
        await directory.createUser({ userName: `z${page}`, title: `t9` }, cause)
      })
      t.equal(new Set(ids).size, ids.length, 'none twice')
      for (const { id } of made) t.ok(ids.includes(id), 'none skipped')
      t.equal(gone.size, 3)
      for (const id of new Set([...ids, ...made.map(it => it.id)])) {
        await directory.deleteUser(id, cause).catch(() => undefined)
      }
      const { items } = await directory.listUsers({ filter: undefined, startIndex: 1, count: 500 })
      for (const { id } of items) await directory.deleteUser(id, cause)
    }
  },

  async 'cursors are sealed, expire and belong to their query'(t, database) {
    const { directory, list, search, tick, replica } = await opened(t, database)
    for (const n of [1, 2, 3, 4, 5]) {
      await directory.createUser({ userName: `u${n}` }, cause)
      await directory.createGroup({ displayName: `g${n}` }, [], cause)
    }
    const asked = { sortBy: 'userName', attributes: 'userName' }
    const first = await list('/Users', { ...asked, cursor: '', count: 2 })
    t.match(first, { status: 200, totalResults: 5, itemsPerPage: 2, nextCursor: /^[\w.-]+$/ })
    t.notOk('startIndex' in first)
    t.notOk('nextCursor' in (await list('/Users', { count: 2 })), 'paging by index stays the default')
    const cursor = first.nextCursor ?? ''
    const second = await list('/Users', { ...asked, cursor, count: 2 })
    t.same(
      second.Resources.map(({ userName }) => userName),
      ['u3', 'u4'],
    )
    t.same(await search('/Users', { ...asked, attributes: ['userName'], cursor, count: 2 }), second)
    t.same((await list('/Users', { ...asked, cursor, count: 1 })).itemsPerPage, 1, 'count may change')
    t.match(await (await replica('scim-token')).list('/Users', { ...asked, cursor }), {
      status: 200,
      itemsPerPage: 3,
    })
    const last = await list('/Users', { ...asked, cursor: second.nextCursor ?? '', count: 2 })
    t.equal(last.Resources.length, 1)
    t.notOk('nextCursor' in last)
    t.notOk('nextCursor' in (await list('/Users', { cursor: '', count: 5 })))

    const refused = { status: 400, scimType: 'invalidCursor' }
    const flipped = cursor.slice(0, -1) + (cursor.endsWith('A') ? 'B' : 'A')
    const [text = '', signature = ''] = cursor.split('.')
    const forged = Buffer.from(JSON.stringify({ key: 'u1', id: '', expires: 9e15 })).toString('base64url')
    for (const wrong of [
      'x',
      '.',
      `${cursor}.x`,
      flipped,
      `${forged}.${signature}`,
      text,
      `${text}=.${signature}`,
    ]) {
      t.match(await list('/Users', { ...asked, cursor: wrong }), refused, wrong)
    }
    for (const other of [
      { ...asked, sortOrder: 'descending' },
      { ...asked, sortBy: 'id' },
      { ...asked, filter: 'userName pr' },
      { sortBy: 'userName' },
      { ...asked, attributes: 'id' },
    ]) {
      t.match(await list('/Users', { ...other, cursor }), refused)
    }
    const groups = await list('/Groups', { cursor: '', count: 2 })
    t.match(await list('/Users', { cursor: groups.nextCursor ?? '' }), refused, 'of another type')
    t.match(
      await (await replica('another-token')).list('/Users', { ...asked, cursor }),
      refused,
      'of another key',
    )

    for (const count of ['0', '-1', 'x', '1.5', '']) {
      t.match(await list('/Users', { cursor: '', count }), { status: 400, scimType: 'invalidCount' }, count)
    }
    t.match(await list('/Users', { cursor: '', count: 100_000 }), { status: 200, itemsPerPage: 5 })
    t.match(await list('/Users', { cursor: '', startIndex: 1 }), { status: 400, scimType: 'invalidValue' })

    tick(599_000)
    t.match(await list('/Users', { ...asked, cursor }), { status: 200 })
    tick(1_000)
    t.match(await list('/Users', { ...asked, cursor }), { status: 400, scimType: 'expiredCursor' })

    const config = await list('/ServiceProviderConfig', {})
    t.match(config, {
      sort: { supported: true },
      pagination: {
        cursor: true,
        index: true,
        defaultPaginationMethod: 'index',
        defaultPageSize: 100,
        maxPageSize: 500,
        cursorTimeout: 600,
      },
    })
  },

  async 'filters and sorting see locations and references as answers show them'(t, database) {
    const { directory, list, names } = await opened(t, database)
    const users = []
    for (const userName of ['anna', 'bob', 'cleo']) {
      users.push(await directory.createUser({ userName, active: true }, cause))
    }
    const [anna, bob] = users.map(({ id }) => id)
    const join = (...ids: readonly (string | undefined)[]) => [
      { kind: 'add' as const, members: ids.map(id => ({ id: id ?? '', kind: 'User' as const })) },
    ]
    const one = await directory.createGroup({ displayName: 'one' }, join(anna), cause)
    const two = await directory.createGroup({ displayName: 'two' }, join(bob), cause)
    const nested = [{ kind: 'add' as const, members: [{ id: one.id, kind: 'Group' as const }] }]
    await directory.createGroup({ displayName: 'three' }, nested, cause)

    for (const { meta, userName, groups } of (await list('/Users', {})).Resources as readonly Shown[]) {
      const found = (filter: string) => names('/Users', 'userName', { filter })
      t.same(await found(`meta.location eq "${meta.location}"`), [userName])
      t.same(await found(`meta.location sw "${meta.location}" and active eq true`), [userName])
      for (const { $ref } of groups ?? []) {
        t.same(await found(`groups.$ref eq "${$ref}"`), [userName])
        t.same(await found(`groups[$ref eq "${$ref}" and type eq "direct"]`), [userName])
      }
    }
    const shown = (await list('/Groups', {})).Resources as readonly Shown[]
    for (const { meta, displayName, members } of shown) {
      t.same(await names('/Groups', 'displayName', { filter: `meta.location eq "${meta.location}"` }), [
        displayName,
      ])
      t.equal(members?.length, 1)
      for (const { $ref } of members ?? []) {
        t.same(await names('/Groups', 'displayName', { filter: `members.$ref eq "${$ref}"` }), [displayName])
      }
      t.same(await names('', 'displayName', { filter: `meta.location eq "${meta.location}"` }), [displayName])
    }
    t.same(await names('/Users', 'userName', { filter: 'meta.location ew "/Users/other"' }), [])
    t.same(await names('/Groups', 'displayName', { filter: 'members.$ref co "/scim/v2/Groups/"' }), ['three'])
    const byReference = shown
      .map(({ displayName, members }) => [members?.[0]?.$ref, displayName] as const)
      .sort(([left = ''], [right = '']) => (left < right ? -1 : 1))
    t.same(
      await names('/Groups', 'displayName', { sortBy: 'members.$ref' }),
      byReference.map(([, name]) => name),
    )
    t.not(one.id, two.id)
  },

  async 'filters and sorting see what the account says of users'(t, database) {
    const { directory, store, list, names, search, tick } = await opened(t, database)
    for (const userName of ['anna@x.io', 'bob@x.io', 'cleo@x.io', 'nobody']) {
      tick()
      await directory.createUser({ userName, active: userName !== 'bob@x.io' }, cause)
    }
    const fact = (emailKey: string, uid: string, status: string, environments: readonly string[]) => ({
      ...{ emailKey, uid, status, environments, error: undefined, syncedAt: '2026-01-02T00:00:00.000Z' },
      lastSignIn: status === 'ACTIVE' ? '2026-01-01T00:00:00.000Z' : undefined,
    })
    const facts = [
      fact('anna@x.io', 'u2', 'PENDING', []),
      fact('bob@x.io', 'u3', 'PENDING', ['prod']),
      fact('cleo@x.io', 'u1', 'ACTIVE', ['prod', 'stage']),
    ]
    await writeAccountFacts(store, facts, [])
    const expected: Readonly<Record<string, readonly string[]>> = {
      [`${dynatrace}:status eq "PENDING"`]: ['anna@x.io', 'bob@x.io'],
      [`${dynatrace.toUpperCase()}:STATUS eq "pending" and active eq true`]: ['anna@x.io'],
      [`not (${dynatrace}:status pr)`]: ['nobody'],
      [`${dynatrace}:uid eq "U1"`]: [],
      [`${dynatrace}:uid eq "u1"`]: ['cleo@x.io'],
      [`${dynatrace}:environments eq "stage"`]: ['cleo@x.io'],
      [`${dynatrace}:lastSignIn lt "2026-01-01T01:00:00+00:00"`]: ['cleo@x.io'],
      [`${dynatrace} pr`]: ['anna@x.io', 'bob@x.io', 'cleo@x.io'],
    }
    for (const [filter, users] of Object.entries(expected)) {
      t.same(await names('/Users', 'userName', { filter }), users, filter)
      t.match(await search('/Users', { filter }), { totalResults: users.length })
      t.match(await list('', { filter: `${filter} and userName pr` }), { totalResults: users.length })
      const asked = parseQueryFilter(filter, userType)
      t.match(await directory.listUsers({ filter: asked, startIndex: 1, count: 9 }), { total: users.length })
    }
    t.same(await names('/Users', 'userName', { sortBy: `${dynatrace}:uid` }), [
      'cleo@x.io',
      'anna@x.io',
      'bob@x.io',
      'nobody',
    ])
    t.match(await list('', { sortBy: `${dynatrace}:uid` }), { status: 400, scimType: 'invalidValue' })
    const [plain] = (await list('/Users', { filter: `${dynatrace}:uid eq "u1"` })).Resources
    t.notOk(plain?.[dynatrace], 'shown on request alone')
  },

  async 'long lists are sorted chunk by chunk'(t, database) {
    const { directory, list, walk } = await opened(t, database)
    const numbers = Array.from({ length: 1700 }, (_, n) => n)
    await Promise.all(
      numbers.map(n =>
        directory.createUser(
          {
            userName: `u${n}`,
            title: String((n * 7919) % 1700).padStart(4, '0'),
            nickName: 'x'.repeat(1500),
          },
          cause,
        ),
      ),
    )
    const titles = (
      await list('/Users', { sortBy: 'title', startIndex: 1200, count: 3, attributes: 'title' })
    ).Resources
    t.same(
      titles.map(({ title }) => title),
      ['1199', '1200', '1201'],
    )
    for (const asked of [
      { sortBy: 'title' },
      { sortBy: 'userName', filter: 'title pr' },
      { sortBy: 'nickName' },
    ]) {
      const ids = await walk('/Users', { ...asked, count: 500, attributes: 'id' })
      t.equal(new Set(ids).size, 1700)
    }
  },
})

async function opened(t: Test, database: TestDatabase) {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const clock: Clock = { now: () => new Date(now), sleep: async () => undefined }
  const store = await database.open(clock)
  const directory = sqlDirectory({ store, clock })
  const replica = async (scimToken: string) => {
    const app = await createHttpApp({ directory, scimToken, log: false, clock, onChange: () => undefined })
    t.teardown(() => app.close())
    const headers = { authorization: `Bearer ${scimToken}` }
    const list = async (path: string, query: Query): Promise<Answer> => {
      const text = new URLSearchParams(
        Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
      )
      const response = await app.inject({ url: `/scim/v2${path}?${text}`, headers })
      return { ...response.json<Omit<Answer, 'status'>>(), status: response.statusCode }
    }
    const search = async (path: string, payload: object): Promise<Answer> => {
      const response = await app.inject({ method: 'POST', url: `/scim/v2${path}/.search`, headers, payload })
      return { ...response.json<Omit<Answer, 'status'>>(), status: response.statusCode }
    }
    return { list, search }
  }
  const { list, search } = await replica('scim-token')
  return {
    directory,
    store,
    list,
    search,
    replica,
    tick: (ms = 1) => {
      now += ms
    },
    names: async (path: string, name: string, query: Query) =>
      (await list(path, query)).Resources.map(resource => resource[name]),
    /** The ids of all pages by cursor. */
    async walk(
      path: string,
      query: Query,
      between: (shown: readonly string[]) => Promise<void> = async () => {},
    ) {
      const ids: string[] = []
      for (let cursor: string | undefined = ''; cursor !== undefined; ) {
        const page: Answer = await list(path, { ...query, cursor })
        t.match(page, { status: 200 })
        const shown = page.Resources.map(({ id }) => id)
        ids.push(...shown)
        cursor = page.nextCursor
        await between(shown)
      }
      return ids
    },
  }
}

/** The order by one text, written down once more and otherwise. */
function modelled(resources: readonly Resource[], name: string, sortOrder = 'ascending'): readonly string[] {
  const rows = resources.map(({ id, [name]: value }) => {
    const text = typeof value === 'string' && value !== '' ? value : undefined
    const key = name === 'title' ? text?.toLowerCase() : text
    return { id, key: key === undefined ? '2' : `1${key}` }
  })
  const order = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
  rows.sort((a, b) => order(a.key, b.key) || order(a.id, b.id))
  return (sortOrder === 'descending' ? rows.reverse() : rows).map(({ id }) => id)
}
