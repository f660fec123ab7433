/** What is done in an environment instead of the account: access tokens and documents of people who left. */
import { test } from 'tap'
import { connectDynatrace } from '../../src/dynatrace/client.ts'
import type { CallRecord } from '../../src/dynatrace/dynatrace.ts'
import { silentLog } from '../../src/lib/log.ts'
import { startSimulator } from '../../src/simulator/start.ts'
import { ACCOUNT, empty, ok, type Reply, refusal, settableClock, stage } from './scripted-server.ts'

const E = 'abc12345'
const API_TOKENS = `/e/${E}/platform/classic/environment-api/v2/apiTokens`
const DOCUMENTS = `/e/${E}/platform/document/v1/documents`

test('access tokens are listed with every field that a leaver needs, later pages by the key alone', async t => {
  const { dynatrace, seen } = await stage(t, [
    ok({
      totalCount: 3,
      pageSize: 10_000,
      nextPageKey: 'k+/=',
      apiTokens: [
        {
          id: 'dt0c01.A',
          name: 'ci',
          enabled: true,
          owner: 'Ana.Kos@acme.example',
          creationDate: '2025-05-05T10:20:30.400Z',
          lastUsedDate: '2026-11-12T10:20:30.400Z',
          personalAccessToken: true,
          scopes: ['metrics.read'],
          expirationDate: '2027-05-05T10:20:30.400Z',
        },
      ],
    }),
    ok({
      totalCount: 3,
      nextPageKey: null,
      apiTokens: [
        { id: 'dt0c01.B', enabled: false, owner: 'ben@acme.example' },
        { id: 'dt0c01.C', enabled: true, owner: null },
      ],
    }),
  ])
  t.same(await dynatrace.apiTokens.list(E), [
    {
      id: 'dt0c01.A',
      name: 'ci',
      owner: 'Ana.Kos@acme.example',
      enabled: true,
      personal: true,
      scopes: ['metrics.read'],
      createdAt: '2025-05-05T10:20:30.400Z',
      expiresAt: '2027-05-05T10:20:30.400Z',
      lastUsedAt: '2026-11-12T10:20:30.400Z',
    },
    { ...bareToken('dt0c01.B'), enabled: false, owner: 'ben@acme.example' },
    { ...bareToken('dt0c01.C'), enabled: true },
  ])
  const fields = '%2BpersonalAccessToken%2C%2BexpirationDate%2C%2BlastUsedDate%2C%2Bscopes'
  t.same(
    seen.map(({ method, path, query }) => [method, path, query]),
    [
      ['GET', API_TOKENS, `pageSize=10000&fields=${fields}`],
      ['GET', API_TOKENS, 'nextPageKey=k%2B%2F%3D'],
    ],
  )
})

test('the owner of an access token is found in any letter case, decomposed letters included', async t => {
  const owners = ['Zoë@acme.example', 'ZOË@acme.example'.normalize('NFD'), 'zoe@acme.example', null]
  const apiTokens = owners.map((owner, index) => ({ id: `dt0c01.${index}`, enabled: true, owner }))
  const { dynatrace } = await stage(t, () => ok({ apiTokens }))
  t.same(
    (await dynatrace.apiTokens.list(E, 'zoë@acme.example')).map(({ id }) => id),
    ['dt0c01.0', 'dt0c01.1'],
  )
})

test('a list of access tokens that is not complete is none', async t => {
  const lists: readonly Reply[] = [
    ok({ totalCount: 2, apiTokens: [{ id: 'dt0c01.A', enabled: true }] }),
    ok({ apiTokens: [{ id: 'dt0c01.A' }] }),
    ok({ tokens: [] }),
    { status: 200, text: '<html>' },
  ]
  for (const reply of lists) {
    const { dynatrace } = await stage(t, [reply])
    await t.rejects(dynatrace.apiTokens.list(E), { name: 'UpstreamError', failure: 'malformed' })
  }
})

test('access tokens are disabled, enabled and removed', async t => {
  const { dynatrace, seen } = await stage(t, [
    'drop',
    empty(204),
    empty(204),
    empty(204),
    refusal(404, 'Token not found'),
    { status: 400, json: { error: { code: 400, message: 'A token cannot delete itself' } } },
  ])
  await dynatrace.apiTokens.setEnabled(E, 'dt0c01.A', false)
  await dynatrace.apiTokens.setEnabled(E, 'dt0c01.A', true)
  await dynatrace.apiTokens.remove(E, 'dt0c01.A')
  await dynatrace.apiTokens.remove(E, 'dt0c01.A')
  await t.rejects(dynatrace.apiTokens.remove(E, 'dt0c01.A'), {
    failure: 'rejected',
    message: /delete itself/,
  })
  t.match(seen.slice(1, 5), [
    { method: 'PUT', path: `${API_TOKENS}/dt0c01.A`, body: { enabled: false } },
    { method: 'PUT', body: { enabled: true } },
    { method: 'DELETE', path: `${API_TOKENS}/dt0c01.A` },
    { method: 'DELETE' },
  ])
})

test('documents of an owner are listed as an administrator sees them, by page key', async t => {
  const document = { id: 'd1', name: 'Costs', type: 'dashboard', owner: 'u1', isPrivate: true, version: 3 }
  const { dynatrace, seen } = await stage(t, [
    ok({
      documents: [{ ...document, modificationInfo: { lastModifiedTime: '2026-11-01T00:00:00Z' } }],
      nextPageKey: 'k 1',
      totalCount: 2,
    }),
    ok({ documents: [{ id: 'd2', owner: 'u1' }], totalCount: 2 }),
  ])
  t.same(await dynatrace.documents.ownedBy(E, 'u1'), [
    {
      id: 'd1',
      name: 'Costs',
      type: 'dashboard',
      ownerUid: 'u1',
      isPrivate: true,
      changedAt: '2026-11-01T00:00:00Z',
    },
    { id: 'd2', name: '', type: '', ownerUid: 'u1', isPrivate: false, changedAt: undefined },
  ])
  const query = "filter=owner%20%3D%3D%20'u1'&admin-access=true&page-size=1000"
  t.same(
    seen.map(call => [call.method, call.path, call.query]),
    [
      ['GET', DOCUMENTS, query],
      ['GET', DOCUMENTS, `${query}&page-key=k%201`],
    ],
  )
  const short = await stage(t, [ok({ documents: [], totalCount: 1 })])
  await t.rejects(short.dynatrace.documents.ownedBy(E, 'u1'), {
    name: 'UpstreamError',
    failure: 'malformed',
  })
  t.throws(() => short.dynatrace.documents.ownedBy(E, "u' or owner != '"), { code: 'dynatrace-bad-id' })
})

test('a document is handed over once; a lost answer is settled by reading its owner', async t => {
  const transfer = { path: `${DOCUMENTS}/d1:transfer-owner`, method: 'POST' }
  const fine = await stage(t, [empty(204)])
  await fine.dynatrace.documents.transfer(E, 'd1', 'u2')
  t.match(fine.seen, [
    { ...transfer, query: 'admin-access=true&send-notification=false', body: { newOwnerId: 'u2' } },
  ])
  const owned = (owner: string) => ok({ documents: [{ id: 'd1', owner }], totalCount: 1 })
  for (const lost of ['drop', { status: 504 }, refusal(409, 'Conflict')] satisfies Reply[]) {
    const { dynatrace, seen } = await stage(t, [lost, owned('u2')])
    await dynatrace.documents.transfer(E, 'd1', 'u2')
    t.match(seen, [transfer, { method: 'GET', path: DOCUMENTS, query: /^filter=id%20%3D%3D%20'd1'&/ }])
  }
  const failed = await stage(t, ['drop', owned('u1')])
  await t.rejects(failed.dynatrace.documents.transfer(E, 'd1', 'u2'), {
    name: 'UpstreamError',
    failure: 'unavailable',
  })
  const refused = await stage(t, [refusal(403, 'Not for ready-made documents')])
  await t.rejects(refused.dynatrace.documents.transfer(E, 'd1', 'u2'), {
    failure: 'forbidden',
    message: /ready-made/,
  })
})

test('a call in an environment has a token for it alone; the account keeps its own', async t => {
  const { dynatrace, tokensAsked } = await stage(t, call =>
    call.path.startsWith('/e/') ? ok({ apiTokens: [], documents: [] }) : ok({ items: [] }),
  )
  await dynatrace.users.list()
  await dynatrace.apiTokens.list(E)
  await dynatrace.apiTokens.list(E)
  await dynatrace.documents.ownedBy('def67890', 'u1')
  const forms = tokensAsked.map(({ body }) => Object.fromEntries(new URLSearchParams(String(body))))
  t.match(forms, [
    { resource: `urn:dtaccount:${ACCOUNT}` },
    { scope: /environment-api:api-tokens:read/ },
    { scope: /document:documents:admin/ },
  ])
  t.equal(forms.length, 3)
  await t.rejects(dynatrace.apiTokens.list('evil.example/'), { code: 'dynatrace-bad-id' })
})

test('in the simulated account tokens of a leaver are found, disabled and removed', async t => {
  const { dynatrace, prod } = await simulated(t)
  const [token] = await dynatrace.apiTokens.list(prod, 'DMITRI.volkov@acme.example')
  t.match(token, { personal: true, enabled: true, scopes: ['logs.read', 'problems.read'] })
  const id = token?.id ?? ''
  await dynatrace.apiTokens.setEnabled(prod, id, false)
  t.match(await dynatrace.apiTokens.list(prod, 'dmitri.volkov@acme.example'), [{ id, enabled: false }])
  await dynatrace.apiTokens.remove(prod, id)
  await dynatrace.apiTokens.remove(prod, id)
  t.same(await dynatrace.apiTokens.list(prod, 'dmitri.volkov@acme.example'), [])
  const before = await dynatrace.platformTokens.list()
  const [platform] = before
  if (platform === undefined) throw new Error('The sample account has a platform token')
  await dynatrace.platformTokens.setStatus(platform.id, 'INACTIVE')
  await dynatrace.platformTokens.setExpiration(platform.id, new Date('2031-01-01T00:00:00Z'))
  const changed = (await dynatrace.platformTokens.list()).find(each => each.id === platform.id)
  t.match(changed, { status: 'INACTIVE', expiresAt: '2031-01-01T00:00:00.000Z' })
  await dynatrace.platformTokens.remove(platform.id)
  await dynatrace.platformTokens.remove(platform.id)
  t.equal((await dynatrace.platformTokens.list()).length, before.length - 1)
})

test('in the simulated account documents of a leaver go to somebody else', async t => {
  const { dynatrace, prod } = await simulated(t)
  const users = await dynatrace.users.list()
  const uidOf = (email: string) => users.find(user => user.email === email)?.uid ?? ''
  const [ben, ana] = [uidOf('ben.okafor@acme.example'), uidOf('ana.kos@acme.example')]
  const owned = await dynatrace.documents.ownedBy(prod, ben)
  t.same(owned.map(({ name }) => name).sort(), ['Cost per team', 'Cost study'])
  for (const { id } of owned) await dynatrace.documents.transfer(prod, id, ana)
  t.same(await dynatrace.documents.ownedBy(prod, ben), [])
  const names = (await dynatrace.documents.ownedBy(prod, ana)).map(({ name }) => name)
  t.ok(['Cost per team', 'Cost study'].every(name => names.includes(name)))
  await t.rejects(dynatrace.documents.transfer(prod, 'no-such-document', ana), {
    name: 'UpstreamError',
    failure: 'not-found',
  })
  const inactive = (await dynatrace.environments.list()).find(({ active }) => !active)
  await t.rejects(dynatrace.apiTokens.list(inactive?.id ?? ''), {
    name: 'UpstreamError',
    failure: 'forbidden',
  })
})

function bareToken(id: string) {
  return {
    id,
    name: '',
    owner: undefined,
    personal: false,
    scopes: [],
    createdAt: undefined,
    expiresAt: undefined,
    lastUsedAt: undefined,
  }
}

async function simulated(t: { teardown(run: () => Promise<void>): void }) {
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, seed: 'sample' })
  const { accountUuid, clientId, clientSecret, url } = simulator
  const records: CallRecord[] = []
  const connection = connectDynatrace({
    accountUuid,
    clientId,
    clientSecret,
    apiUrl: url,
    ssoUrl: url,
    environmentUrl: `${url}/e/{id}`,
    clock: settableClock(),
    log: silentLog,
    onCall: record => records.push(record),
  })
  t.teardown(async () => {
    await connection.close()
    await simulator.close()
  })
  const dynatrace = connection.with({ runId: 'run-1', requestIds: [] })
  const prod = (await dynatrace.environments.list()).find(({ id, active }) => active && id === E)
  return { dynatrace, records, prod: prod?.id ?? '' }
}
