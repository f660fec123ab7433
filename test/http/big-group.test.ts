/** Groups of more members than are read at once: they come in pieces, and are whole. */
import { test } from 'tap'
import { scimApp } from '../support/scim-app.ts'

const MEMBERS = Array.from({ length: 4_321 }, (_, n) => ({ value: `member-${String(n).padStart(5, '0')}` }))
const VALUES = MEMBERS.map(({ value }) => value)

test('a big group is answered in pieces', async t => {
  const { send } = await scimApp(t)
  const made = await send('POST', '/Groups?attributes=displayName', {
    displayName: 'everybody',
    members: MEMBERS,
  })
  const { id } = made.json()
  const small = (await send('POST', '/Groups', { displayName: 'few', members: MEMBERS.slice(0, 2) })).json()

  await t.test('on its own', async t => {
    const answer = await send('GET', `/Groups/${id}`)
    t.equal(answer.statusCode, 200)
    t.match(answer.headers, {
      'content-type': /^application\/scim\+json/,
      'transfer-encoding': 'chunked',
      etag: answer.json().meta.version,
    })
    t.same(valuesOf(answer.json()), VALUES)
    t.match(answer.json().members[7], {
      type: 'User',
      $ref: `${location(answer.json(), id)}/Users/member-00007`,
    })
    t.equal((await send('GET', `/Groups/${id}`, undefined, { 'if-none-match': '*' })).statusCode, 304)
  })

  await t.test('with a part of each member', async t => {
    const answer = (await send('GET', `/Groups/${id}?attributes=members.value`)).json()
    t.same(Object.keys(answer).sort(), ['id', 'members', 'schemas'])
    t.same(answer.members, MEMBERS)
    const without = (await send('GET', `/Groups/${id}?excludedAttributes=members.%24ref,members.type`)).json()
    t.same(without.members, MEMBERS)
    t.equal((await send('GET', `/Groups/${id}?excludedAttributes=members`)).json().members, undefined)
  })

  await t.test('in a list, beside small ones', async t => {
    const answer = (await send('GET', '/Groups')).json()
    t.match(answer, { totalResults: 2, startIndex: 1, itemsPerPage: 2 })
    const [big, few] = answer.Resources
    t.same(valuesOf(big), VALUES)
    t.same(valuesOf(few), VALUES.slice(0, 2))
    t.same(few, (await send('GET', `/Groups/${small.id}`)).json(), 'as it is on its own')
    const found = (await send('POST', '/.search', { filter: 'displayName eq "everybody"' })).json()
    t.same(valuesOf(found.Resources[0]), VALUES)
  })

  await t.test('and whatever it is changed by', async t => {
    const put = await send('PUT', `/Groups/${id}`, { displayName: 'everybody', members: MEMBERS.slice(1) })
    t.same(valuesOf(put.json()), VALUES.slice(1))
    await send('PUT', `/Groups/${id}`, { displayName: 'everybody', members: [] })
    t.equal((await send('GET', `/Groups/${id}`)).json().members, undefined)
  })
})

const valuesOf = (group: { members: readonly { value: string }[] }): readonly string[] =>
  group.members.map(({ value }) => value)

const location = (group: { meta: { location: string } }, id: string): string =>
  group.meta.location.replace(`/Groups/${id}`, '')
