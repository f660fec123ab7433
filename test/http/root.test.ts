/** The query of the root over HTTP (RFC 7644 §3.4.2.1): users and groups together. */
import { type Test, test } from 'tap'
import { scimApp } from '../support/scim-app.ts'

const core = 'urn:ietf:params:scim:schemas:core:2.0'

test('users come first, then groups, in the order of creation', async t => {
  const { list, names } = await seeded(t)
  const all = ['anna', 'Cleo', 'bob', 'Beta', 'alpha', 'Gamma']
  t.same(await names({}), all)
  t.match(await list({}), { totalResults: 6, startIndex: 1, itemsPerPage: 6 })
  for (let startIndex = 1; startIndex <= 7; startIndex += 1) {
    t.same(await names({ startIndex, count: 2 }), all.slice(startIndex - 1, startIndex + 1))
  }
  t.match(await list({ count: 0 }), { totalResults: 6, itemsPerPage: 0, Resources: [] })
  t.same(await names({ startIndex: 9e15, sortBy: 'id' }), [])
})

test('a filter speaks of attributes of either type', async t => {
  const { list, names, search } = await seeded(t)
  t.same(await names({ filter: 'meta.resourceType eq "User"' }), ['anna', 'Cleo', 'bob'])
  t.same(await names({ filter: `schemas eq "${core}:Group"` }), ['Beta', 'alpha', 'Gamma'])
  t.same(await names({ filter: 'schemas co "Group"' }), ['Beta', 'alpha', 'Gamma'])
  t.same(await names({ filter: 'userName eq "ANNA" or displayName eq "beta"' }), ['anna', 'Beta'])
  t.same(await names({ filter: 'userName pr' }), ['anna', 'Cleo', 'bob'])
  t.same(await names({ filter: 'displayName sw "b"' }), ['bob', 'Beta'], 'both have it')
  t.same(await names({ filter: `${core}:Group:displayName sw "b"` }), ['Beta'], 'of groups alone')
  t.same(await names({ filter: 'not (userName pr)' }), ['Beta', 'alpha', 'Gamma'])
  t.same(await names({ filter: 'nothing pr' }), [])
  t.same(await names({ filter: 'meta.resourceType eq "Group" and displayName co "a"', startIndex: 2 }), [
    'alpha',
    'Gamma',
  ])
  t.match(await list({ filter: '((' }), { status: '400', scimType: 'invalidFilter' })
  t.match(await search({ filter: 'userName eq "anna"', attributes: ['userName'] }), {
    totalResults: 1,
    Resources: [{ userName: 'anna' }],
  })
  const [shown] = (await list({ filter: 'userName eq "anna"', attributes: 'userName' })).Resources
  t.same(Object.keys(shown ?? {}).sort(), ['id', 'schemas', 'userName'])
})

test('sorting and cursors go over both', async t => {
  const { list, names, walk, search } = await seeded(t)
  t.same((await names({ sortBy: 'displayName' })).slice(0, 4), ['alpha', 'Beta', 'bob', 'Gamma'])
  t.same((await names({ sortBy: 'userName' })).slice(0, 3), ['anna', 'bob', 'Cleo'])
  const ids = (await list({ sortBy: 'id' })).Resources.map(({ id }) => id)
  t.same(ids, [...ids].sort())
  for (const query of [
    {},
    { filter: 'meta.resourceType eq "Group"' },
    { filter: 'displayName pr' },
    ...[
      'userName',
      'displayName',
      'id',
      'meta.created',
      'meta.lastModified',
      'meta.location',
      'externalId',
    ].flatMap(sortBy => ['ascending', 'descending'].map(sortOrder => ({ sortBy, sortOrder }))),
  ]) {
    const whole = (await list(query)).Resources.map(({ id }) => id)
    for (const count of [1, 2, 3, 4, 6])
      t.same(await walk({ ...query, count }), whole, JSON.stringify([query, count]))
    const byIndex = []
    for (let startIndex = 1; startIndex <= whole.length; startIndex += 2) {
      byIndex.push(...(await list({ ...query, startIndex, count: 2 })).Resources.map(({ id }) => id))
    }
    t.same(byIndex, whole)
  }
  t.match(await list({ sortBy: 'nothing' }), { status: '400', scimType: 'invalidValue' })
  t.match(await list({ sortBy: 'members' }), { status: '400', scimType: 'invalidValue' })
  t.match(await list({ cursor: 'x' }), { status: '400', scimType: 'invalidCursor' })
  const { nextCursor } = await search({ cursor: '', count: 2 })
  t.match(await list({ cursor: nextCursor ?? '', filter: 'id pr' }), { scimType: 'invalidCursor' })
})

test('both addresses of the root answer, other methods do not', async t => {
  const { send } = await seeded(t)
  for (const path of ['', '/', '/?count=1', '?count=1'])
    t.equal((await send('GET', path)).statusCode, 200, path)
  for (const path of ['/', '/.search']) t.equal((await send('DELETE', path)).statusCode, 405)
  t.equal((await send('GET', '/Me')).statusCode, 501)
})

interface Listed {
  readonly totalResults: number
  readonly nextCursor?: string
  readonly Resources: readonly {
    readonly id: string
    readonly userName?: string
    readonly displayName?: string
  }[]
}

type Query = Readonly<Record<string, string | number>>

async function seeded(t: Test) {
  const { send } = await scimApp(t)
  for (const userName of ['anna', 'Cleo', 'bob']) {
    const more = userName === 'bob' ? { displayName: 'bob', externalId: 'e2' } : {}
    await send('POST', '/Users', { userName, ...more })
    await new Promise(setImmediate)
  }
  for (const displayName of ['Beta', 'alpha', 'Gamma']) {
    await send('POST', '/Groups', { displayName, ...(displayName === 'Beta' ? { externalId: 'e1' } : {}) })
  }
  const list = async (query: Query) => {
    const text = new URLSearchParams(
      Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)])),
    )
    return (await send('GET', `/?${text}`)).json<Listed>()
  }
  return {
    send,
    list,
    search: async (body: object) => (await send('POST', '/.search', body)).json<Listed>(),
    names: async (query: Query) =>
      (await list(query)).Resources.map(({ userName, displayName }) => userName ?? displayName),
    async walk(query: Query) {
      const ids: string[] = []
      for (let cursor: string | undefined = ''; cursor !== undefined; ) {
        const page: Listed = await list({ ...query, cursor })
        ids.push(...page.Resources.map(({ id }) => id))
        cursor = page.nextCursor
      }
      return ids
    },
  }
}
