/** Who is who over HTTP: coming back, names, domains, the address setting, doubts, and the strict switch. */
import type { HTTPMethods, LightMyRequestResponse } from 'fastify'
import { type Test, test } from 'tap'
import { emailAttribute } from '../../src/directory/email-attribute.ts'
import { defaultIdentity, type IdentityRules } from '../../src/directory/identity-rules.ts'
import { sqlDirectory } from '../../src/directory/sql-directory.ts'
import { createHttpApp } from '../../src/http/app.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { type Dialects, strict } from '../../src/scim/dialects/dialects.ts'
import { patchSchema } from '../../src/scim/patch-request.ts'
import { readJournal } from '../../src/store/journal.ts'
import { openStore } from '../../src/store/open.ts'
import type { Store } from '../../src/store/store.ts'
import { sqliteDatabase } from '../support/databases.ts'

const token = 'scim-token-of-the-test'
const core = 'urn:ietf:params:scim:schemas:core:2.0:User'

test('a POST of a deactivated user brings that user back', async t => {
  const { send, store } = await bridge(t)
  const created = await send('POST', '/Users', okta('Ada@acme.example', { title: 'Countess' }))
  const { id } = created.json()
  await send('POST', '/Groups', { displayName: 'dt-team', members: [{ value: id }] })
  const conflict = await send('POST', '/Users', okta('ADA@acme.example'))
  t.equal(conflict.statusCode, 409)
  t.match(conflict.json(), { scimType: 'uniqueness', detail: /ADA@acme\.example/, status: '409' })

  await send('PATCH', `/Users/${id}`, patch({ op: 'replace', value: { active: false } }))
  const { active: _absent, ...withoutActive } = okta('ada@ACME.example', { externalId: 'other' })
  const back = await send('POST', '/Users', withoutActive)
  t.equal(back.statusCode, 201)
  t.equal(back.headers.location, created.headers.location)
  t.equal(back.headers.location, back.json().meta.location)
  t.match(back.json(), {
    id,
    userName: 'ada@ACME.example',
    externalId: 'other',
    active: true,
    groups: [{ display: 'dt-team' }],
  })
  t.notOk('title' in back.json(), 'what was posted replaces what was stored')
  t.ok((await kinds(store)).includes('scim.user.reactivated'))
  t.equal((await send('POST', '/Users', okta('ada@acme.example'))).statusCode, 409)

  await send('DELETE', `/Users/${id}`)
  t.equal((await send('GET', `/Users/${id}`)).statusCode, 404)
  const anew = await send('POST', '/Users', okta('ada@acme.example'))
  t.equal(anew.statusCode, 201)
  t.not(anew.json().id, id, 'after DELETE the name is free, and the id is not used again')
})

test('unless the setting forbids it', async t => {
  const { send } = await bridge(t, { identity: { reactivate: false } })
  const { id } = (await send('POST', '/Users', okta('ada@acme.example', { active: false }))).json()
  const refused = await send('POST', '/Users', okta('ada@acme.example'))
  t.match(refused.json(), { status: '409', scimType: 'uniqueness', detail: /set its active to true/ })
  t.equal((await send('GET', `/Users/${id}`)).json().active, false)
})

test('addresses outside of the declared domains are refused with what to do', async t => {
  const { send } = await bridge(t, { identity: { emailDomains: ['acme.example'] } })
  const refused = await send('POST', '/Users', okta('eve@evil.example'))
  t.equal(refused.statusCode, 400)
  t.match(refused.json(), {
    scimType: 'invalidValue',
    detail: /evil\.example.*eve@evil\.example.*BRIDGE_EMAIL_DOMAINS.*restart/,
  })
  const { id } = (await send('POST', '/Users', okta('ada@acme.example'))).json()
  for (const [method, body] of [
    ['PUT', okta('ada@evil.example')],
    ['PATCH', patch({ op: 'replace', path: 'userName', value: 'ada@evil.example' })],
  ] as const) {
    t.equal((await send(method, `/Users/${id}`, body)).json().scimType, 'invalidValue', method)
  }
  t.match((await send('GET', `/Users/${id}`)).json(), { userName: 'ada@acme.example' })
  const nobody = await send('POST', '/Users', { schemas: [core], userName: 'no address' })
  t.equal(nobody.statusCode, 201, 'without a usable address a user is stored')
})

test('the address in Dynatrace comes from the attribute of the setting', async t => {
  const emailOf = emailAttribute('emails[type eq "work"].value')
  const { send, store } = await bridge(t, { identity: { emailOf } })
  const { id } = (await send('POST', '/Users', okta('ada@login.example'))).json()
  const address = async () =>
    (await store.db.selectFrom('users').select('email').where('id', '=', id).executeTakeFirstOrThrow()).email
  t.equal(await address(), 'ada@login.example')
  const moved = patch({ op: 'replace', path: 'emails[type eq "work"].value', value: 'ada@acme.example' })
  await send('PATCH', `/Users/${id}`, moved)
  t.equal(await address(), 'ada@acme.example')
  t.match(await store.db.selectFrom('departures').selectAll().execute(), [
    { emailKey: 'ada@login.example', successorKey: 'ada@acme.example' },
  ])
})

test('a deactivation right behind a reactivation is stored, echoed and doubted', async t => {
  const { send, store } = await bridge(t)
  const { id } = (await send('POST', '/Users', okta('ada@acme.example', { active: false }))).json()
  const set = (active: boolean) =>
    send('PATCH', `/Users/${id}`, patch({ op: 'replace', path: 'active', value: active }))
  await set(true)
  t.match((await set(false)).json(), { active: false })
  t.equal((await send('GET', `/Users/${id}`)).json().active, false)
  t.ok((await kinds(store)).includes('scim.user.deactivation-doubted'))
})

test('only what a request says of active confirms a doubt', async t => {
  const { send, store } = await bridge(t, { identity: { staleDeactivationMs: 20 } })
  const { id } = (await send('POST', '/Users', okta('ada@acme.example', { active: false }))).json()
  // Long ago, by the clock of the server.
  const doubt = () =>
    store.write(tx =>
      tx
        .updateTable('users')
        .set({ doubtedSince: '2026-01-01T00:00:00.000Z' })
        .where('id', '=', id)
        .execute(),
    )
  const isDoubted = async () =>
    (await store.db.selectFrom('users').select('doubtedSince').where('id', '=', id).executeTakeFirstOrThrow())
      .doubtedSince !== null
  const { active: _unsaid, ...silent } = okta('ada@acme.example', { title: 'Dr' })
  const cases: readonly (readonly [HTTPMethods, object, boolean])[] = [
    ['PUT', silent, true],
    ['PATCH', patch({ op: 'replace', path: 'title', value: 'Prof' }), true],
    ['PATCH', patch({ op: 'replace', value: { title: 'Sir', 'name.givenName': 'A' } }), true],
    ['PATCH', patch({ op: 'Replace', path: 'Active', value: 'False' }), false],
    ['PATCH', patch({ op: 'replace', value: { active: false } }), false],
    ['PATCH', patch({ op: 'replace', value: { [`${core}:active`]: false } }), false],
    ['PATCH', patch({ op: 'replace', path: core, value: { active: false } }), false],
    ['PUT', { ...silent, active: false }, false],
  ]
  for (const [method, body, expected] of cases) {
    await doubt()
    t.equal((await send(method, `/Users/${id}`, body)).statusCode, 200)
    t.equal(await isDoubted(), expected, JSON.stringify(body))
  }
})

test('the strict switch refuses the habits of identity providers', async t => {
  const lenient = await bridge(t)
  const exact = await bridge(t, { dialects: strict })
  for (const [{ send }, status] of [
    [lenient, 200],
    [exact, 400],
  ] as const) {
    const { id } = (await send('POST', '/Users', okta('ada@acme.example'))).json()
    for (const body of [
      patch({ op: 'Replace', path: 'active', value: true }),
      patch({ op: 'replace', path: 'active', value: 'False' }),
      patch({ op: 'replace', value: { id, title: 'Dr' } }),
      patch({ op: 'replace', value: { 'name.givenName': 'Ada' } }),
      patch({ op: 'replace', path: 'emails[type eq "home"].value', value: 'x@acme.example' }),
      patch({ op: 'add', path: 'urn:acme:User:shoe', value: 7 }),
      { Operations: [{ op: 'replace', path: 'title', value: 'Dr' }] },
    ]) {
      t.equal((await send('PATCH', `/Users/${id}`, body)).statusCode, status, JSON.stringify(body))
    }
    const filter = encodeURIComponent('active eq "True"')
    t.equal((await send('GET', `/Users?filter=${filter}`)).statusCode, status)
    const bare = await send('GET', '/Users', undefined, { authorization: token })
    t.equal(bare.statusCode, status === 200 ? 200 : 401)
    t.equal((await send('GET', '/Users')).statusCode, 200)
    const shown = (await send('GET', `/Users/${id}?attributes=emails[type eq "work"]`)).json()
    t.equal('emails' in shown, status === 200)
  }
})

const okta = (userName: string, more: object = {}) => ({
  schemas: [core],
  userName,
  externalId: '00ujl29u0le5T6Aj10h7',
  emails: [{ primary: true, value: userName, type: 'work' }],
  groups: [],
  password: '1mz050nq',
  active: true,
  ...more,
})

const patch = (...operations: readonly object[]) => ({ schemas: [patchSchema], Operations: operations })

/** Kinds of the lines in the journal, newest first. */
const kinds = async (store: Store): Promise<readonly string[]> =>
  (await readJournal(store.db, { limit: 100 })).map(({ kind }) => kind)

interface Bridge {
  readonly store: Store
  readonly send: (
    method: HTTPMethods,
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<LightMyRequestResponse>
}

async function bridge(
  t: Test,
  { identity, dialects }: { identity?: Partial<IdentityRules>; dialects?: Dialects } = {},
): Promise<Bridge> {
  const { dataDir } = await sqliteDatabase(t)
  const store = await openStore({ dataDir, databaseUrl: undefined, log: silentLog, clock: systemClock })
  const app = await createHttpApp({
    directory: sqlDirectory({ store, clock: systemClock, identity: { ...defaultIdentity, ...identity } }),
    scimToken: token,
    ...(dialects === undefined ? {} : { dialects }),
    log: false,
    onChange: () => undefined,
  })
  t.teardown(async () => {
    await app.close()
    await store.close()
  })
  const send: Bridge['send'] = (method, path, body, headers = {}) =>
    app.inject({
      method: method as 'GET',
      url: `/scim/v2${path}`,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/scim+json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: body }),
    })
  return { store, send }
}
