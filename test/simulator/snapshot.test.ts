import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as later } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { test } from 'tap'
import { systemClock } from '../../src/lib/clock.ts'
import { loadStateFile } from '../../src/simulator/snapshot/state-file.ts'
import { startSimulator } from '../../src/simulator/start.ts'
import { type Send, startAccount } from './account-client.ts'

const ana = 'ana.kos@acme.example'
const people = [
  'ben.okafor@acme.example',
  'carla.rossi@acme.example',
  'New.Joiner@acme.example',
  'late@acme.example',
]
const groups = ['finance reports', 'on-call pager', 'Environment Users', 'fresh', 'idp-developers']
const policies = ['Pro User', 'team data', 'Read Logs', 'mine']
const boundaries = ['team payments', 'team search', 'own']
const levels = ['account', 'prod', 'stage']

const one = <T>(list: readonly T[]) => fc.constantFrom(...list)
const user = one(people)
const group = one(groups)
const bound = { policy: one(policies), group, level: one(levels), parameters: one([{}, { team: 'a' }]) }

/** Whatever a person might do; much of it is refused, which is fine. */
const edits = fc.oneof(
  fc.record({ do: one(['add-member', 'remove-member']), user, group }),
  fc.record({
    do: fc.constant('add-binding'),
    ...bound,
    metadata: one([{}, { by: 'x' }]),
    boundaries: fc.subarray(boundaries),
  }),
  fc.record({ do: fc.constant('remove-binding'), ...bound }),
  fc.record({ do: fc.constant('change-boundaries'), ...bound, boundaries: fc.subarray(boundaries) }),
  fc.record({ do: fc.constant('create-group'), name: group }),
  fc.record({ do: fc.constant('federate-group'), group, values: fc.subarray(['a', 'b']) }),
  fc.record({ do: fc.constant('delete-group'), group }),
  fc.record({
    do: one(['add-permission', 'remove-permission']),
    group,
    role: fc.constant('tenant-viewer'),
    level: one(['prod', 'stage', 'prod:Payments']),
  }),
  fc.record({ do: one(['add-user', 'accept-invitation', 'deactivate-user', 'remove-user']), user }),
  fc.record({ do: fc.constant('set-emergency-contact'), user, on: fc.boolean() }),
  fc.record({
    do: fc.constant('create-policy'),
    policy: fc.constant('mine'),
    level: one(levels),
    statement: fc.constant('ALLOW storage:spans:read;'),
  }),
  fc.record({
    do: fc.constant('delete-policy'),
    policy: one(policies),
    level: one(levels),
    force: fc.boolean(),
  }),
  fc.record({
    do: fc.constant('create-boundary'),
    boundary: fc.constant('own'),
    query: fc.constant('storage:host.name = "a";'),
  }),
  fc.record({ do: fc.constant('delete-boundary'), boundary: one(boundaries) }),
  fc.record({ do: one(['create-service-user']), name: one(['robot', 'android']) }),
  fc.record({ do: fc.constant('delete-service-user'), user: one(['robot', 'android']) }),
  fc.record({
    do: one(['activate-environment', 'deactivate-environment']),
    environment: one(['prod', 'legacy']),
  }),
)

test('an account that was saved and loaded is the same account', async t => {
  const first = await startAccount(t)
  const second = await startAccount(t, 'empty')
  let applied = 0
  await fc.assert(
    fc.asyncProperty(fc.array(edits, { minLength: 1, maxLength: 30 }), async list => {
      await first.control('POST', '/_simulator/seed', { seed: 'sample' })
      for (const edit of list) {
        const { status } = await first.control('POST', '/_simulator/edit', { as: ana, ...edit })
        if (status === 200) applied += 1
        if (status >= 500) throw new Error(`${JSON.stringify(edit)}: ${status}`)
      }
      const saved = await first.control('GET', '/_simulator/snapshot')
      const loaded = await second.control('PUT', '/_simulator/snapshot', saved.body)
      if (loaded.status !== 200) throw new Error(loaded.text)
      t.same(await looked(second.control), await looked(first.control))
      const again = await second.control('GET', '/_simulator/snapshot')
      t.ok(isDeepStrictEqual(again.body, saved.body), 'saved again it is the same')
    }),
    { numRuns: 15 },
  )
  t.ok(applied > 20, `${applied} edits`)
})

test('a snapshot brings switches, client, tokens and documents along', async t => {
  const first = await startAccount(t)
  await first.control('PUT', '/_simulator/switches', { emailCase: 'exact', bindingsOfDeletedGroup: 'kept' })
  await first.control('PUT', '/_simulator/client', { secret: 'another', scopes: ['account-idm-read'] })
  await first.control('POST', '/_simulator/edit', {
    as: ana,
    do: 'add-user',
    user: 'Ben.Okafor@acme.example',
  })
  await first.control('POST', '/_simulator/edit', { as: ana, do: 'delete-group', group: 'on-call pager' })
  const saved = await first.control('GET', '/_simulator/snapshot')
  const second = await startAccount(t, 'empty')
  t.equal((await second.control('PUT', '/_simulator/snapshot', saved.body)).status, 200)
  for (const path of ['/_simulator/switches', '/_simulator/client', '/_simulator/state']) {
    t.equal((await second.control('GET', path)).text, (await first.control('GET', path)).text, path)
  }
  t.ok(saved.body.documents.length > 0 && saved.body.apiTokens.length > 0)
  t.equal((await second.tokenRequest(second.credentials)).status, 400, 'the secret is another one')
  const plain = await startAccount(t)
  const back = (await plain.control('GET', '/_simulator/snapshot')).body
  t.equal(
    (await second.control('PUT', '/_simulator/snapshot', back)).status,
    200,
    'and back to no letter case',
  )
})

test('what does not hold together is refused with its place, and nothing changes', async t => {
  const { control } = await startAccount(t)
  const { body } = await control('GET', '/_simulator/snapshot')
  const before = (await control('GET', '/_simulator/state')).text
  const { users, bindings, groups: held, policies: texts } = body
  const misfits: readonly (readonly [unknown, RegExp])[] = [
    [[], /no snapshot/],
    [{ kind: 'other' }, /no snapshot/],
    [{ ...body, version: 2 }, /version 2.*reads version 1/],
    [{ ...body, extra: 1 }, /extra/],
    [{ ...body, users: [{ ...users[0], status: 'GONE' }] }, /users\[0\]\.status/],
    [
      { ...body, users: [users[0], { ...users[1], groups: ['nowhere'] }] },
      /users\[1\]\.groups\[0\]: there is no group nowhere/,
    ],
    [{ ...body, users: [...users, users[0]] }, /users\[\d+\]: there are two of owner@/],
    [{ ...body, users: users.slice(2) }, /account\.ownerEmail/],
    [{ ...body, groups: [...held, { ...held[1], uuid: 'x' }] }, /groups\[\d+\]\.name: there are two/],
    [
      { ...body, bindings: [{ ...bindings[0], policyUuid: 'p' }] },
      /bindings\[0\]\.policyUuid: there is no policy p/,
    ],
    [{ ...body, bindings: [{ ...bindings[0], boundaries: ['b'] }] }, /bindings\[0\]\.boundaries\[0\]/],
    [{ ...body, policies: [{ ...texts[0], statementQuery: 'ALOW x' }] }, /policies\[0\]\.statementQuery/],
    [{ ...body, switches: { emailCase: 'odd' } }, /switches: Switch emailCase/],
  ]
  for (const [given, message] of misfits) {
    const answer = await control('PUT', '/_simulator/snapshot', given)
    t.equal(answer.status, 400, String(message))
    t.match(answer.body.error, message)
  }
  t.equal((await control('GET', '/_simulator/state')).text, before)
  t.match((await control('POST', '/_simulator/save')).body.error, /start it with --state/)
})

test('a state file', async t => {
  const folder = t.testdir()
  const stateFile = join(folder, 'account.json')
  const start = (file = stateFile, port = 0) =>
    startSimulator({ host: '127.0.0.1', port, seed: 'sample', stateFile: file })
  const send = (url: string, path: string, body?: object) =>
    fetch(`${url}/_simulator/${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: { 'content-type': 'application/json' },
    })

  await t.test('is made at the start, saved on demand and at the end, and loaded again', async t => {
    const first = await start()
    t.equal(first.restored, false)
    t.equal((await stat(stateFile)).mode & 0o777, 0o600)
    await send(first.url, 'edit', { as: ana, do: 'create-group', name: 'kept' })
    t.notMatch(await readFile(stateFile, 'utf8'), /"name":"kept"/)
    t.same(await (await send(first.url, 'save', {})).json(), { saved: stateFile })
    t.match(await readFile(stateFile, 'utf8'), /"name":"kept"/)
    await send(first.url, 'edit', { as: ana, do: 'create-group', name: 'kept too' })
    const before = await (await send(first.url, 'state')).text()
    await first.close()
    const second = await start()
    t.equal(second.restored, true)
    t.equal(await (await send(second.url, 'state')).text(), before)
    await second.close()
    t.same(await readdir(folder), ['account.json'], 'nothing else is left')
  })
  await t.test('that cannot be used is named', async t => {
    const foreign = join(folder, 'foreign.json')
    for (const text of ['', '{"kind":', '[]', '{"kind":"dynatrace-simulator","version":9}']) {
      await writeFile(foreign, text)
      await t.rejects(start(foreign), {
        name: 'StateFileError',
        message: `State file ${foreign} holds no account`,
      })
      t.equal(await readFile(foreign, 'utf8'), text, 'and left alone')
    }
    await t.rejects(start(folder), { name: 'StateFileError', message: /cannot be read/ })
    await t.rejects(start(join(folder, 'no', 'where.json')), {
      message: /cannot be written.*Is its folder there/,
    })
  })
  await t.test('is whole whenever the process is killed', async t => {
    const killed = join(folder, 'killed.json')
    const program = `
      const { startSimulator } = await import(${JSON.stringify(new URL('../../src/simulator/start.ts', import.meta.url).href)})
      const { url } = await startSimulator({ host: '127.0.0.1', port: 0, seed: 'large', stateFile: ${JSON.stringify(killed)} })
      console.log('saving')
      for (;;) await fetch(url + '/_simulator/save', { method: 'POST' })
    `
    for (const delay of [20, 45, 90]) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [started] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
      t.match(String(started), 'saving')
      await later(delay)
      child.kill('SIGKILL')
      await once(child, 'exit')
      const loaded = await loadStateFile(killed, systemClock)
      t.equal(loaded?.account.groups.size, 5_000)
    }
  })
})

/** All that is there by name, and what it lets people do. */
async function looked(control: Send): Promise<unknown> {
  const state = (await control('GET', '/_simulator/state')).body
  const uids: string[] = state.users.map((person: { uid: string }) => person.uid)
  const effective = []
  for (const uid of uids) {
    effective.push((await control('GET', `/_simulator/effective?user=${uid}&environment=prod`)).body)
  }
  return { state, effective }
}
