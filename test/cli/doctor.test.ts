/** `scim-bridge doctor`: what it says, how it ends, and that it changes nothing. */
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { request } from 'undici'
import { textWidth } from '../../src/cli/output/columns.ts'
import { doctorText } from '../../src/cli/output/doctor-text.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { startSimulator } from '../../src/simulator/start.ts'
import { openStore } from '../../src/store/open.ts'
import { command } from '../support/command.ts'
import { eachDatabase } from '../support/databases.ts'
import { makeWorld } from '../support/world.ts'

const RULES = `
version: 1
environments: { prod: { id: abc12345 } }
rules:
  - name: viewers
    match: dt-{team}-viewer
    group: { name: "{team} viewers" }
    bindings:
      - { policy: Standard User, level: account }
      - { policy: team data, level: { environments: [ prod ] }, parameters: { team: "{team}" }, boundaries: [ "team {team}" ] }
`

test('all is well', async t => {
  const place = await doctorsPlace(t)
  const first = await place.doctor()
  t.equal(first.code, 0, first.out + first.err)
  t.notMatch(first.out, /[✗!] /)
  t.match(first.out, /All well: \d+ checks passed/)
  t.match(first.out, 'All 24 operations that only read answer as documented.')
  t.match(first.out, '✓ boundary "team {team}": 3 in the account')
  t.same(await readdir(place.folder), ['bridge.yaml'], 'nothing was made')
  for (const line of first.out.split('\n')) t.ok(textWidth(line) <= 80 || !line.trim().includes(' '), line)
  t.notMatch(first.out + first.err, place.secret)

  t.test('beside a bridge that has been started, its tokens and its database', async t => {
    const store = await openStore({
      dataDir: place.env.BRIDGE_DATA_DIR,
      databaseUrl: undefined,
      log: silentLog,
      clock: systemClock,
    })
    t.teardown(() => store.close())
    const token = 't'.repeat(40)
    await writeFile(join(place.env.BRIDGE_DATA_DIR, 'admin.token'), token, { mode: 0o600 })
    const again = await place.doctor({ BRIDGE_SCIM_TOKEN: 's'.repeat(40) })
    t.equal(again.code, 0, again.out + again.err)
    t.match(again.out, 'bridge.db answers: IdP groups 0, groups of ours 0.')
    t.match(again.out, 'The token of the identity provider is in BRIDGE_SCIM_TOKEN.')
    t.notMatch(again.out, token)
    t.notMatch(again.out, 's'.repeat(40))
  })

  t.test('for programs', async t => {
    const { code, out } = await place.doctor({}, ['--json'])
    t.equal(code, 0)
    const found = JSON.parse(out)
    t.match(found, { verdict: 'ok', errors: 0, warnings: 0 })
    const ids = found.sections.flatMap((section: { checks: { id: string }[] }) =>
      section.checks.map(each => each.id),
    )
    t.ok(ids.includes('read.users.list') && ids.includes('scope.account-idm-read'))
  })

  t.equal((await place.calls()).writes, 0, 'the account was only read')
})

test('without an account, the simulator and the sample are examined', async t => {
  const folder = await temporary(t)
  const ran = await command(['doctor', '--simulator-port', '1'], { BRIDGE_DATA_DIR: join(folder, 'data') })
  t.equal(ran.code, 0, ran.out + ran.err)
  t.match(ran.out, 'no account is set up')
  t.notMatch(ran.out, /[✗!] /)
})

test('a warning ends with 2, an error with 1', async t => {
  const place = await doctorsPlace(t)
  const { scopes } = await place.control('GET', '/client')
  const without = (scope: string) =>
    place.control('PUT', '/client', { scopes: scopes.filter((each: string) => each !== scope) })
  await without('account-audit-logs-read')
  const warned = await place.doctor()
  t.equal(warned.code, 2, warned.out)
  t.match(warned.out, '! account-audit-logs-read is missing, needed for who made a hand edit')
  t.match(warned.out, '      Give account-audit-logs-read to the OAuth client')
  t.match(warned.out, /0 errors, 1 warning; \d+ checks passed, 2 could not be seen/)
  await without('account-idm-write')
  const failed = await place.doctor()
  t.equal(failed.code, 1)
  t.match(failed.out, '✗ account-idm-write is missing')
})

test("the bridge's own side", async t => {
  const place = await doctorsPlace(t)

  t.test('settings', async t => {
    const { code, out } = await place.doctor({ BRIDGE_SCIM_TOKEN: 'short', DT_ACOUNT_UUID: 'x' })
    t.equal(code, 1)
    t.match(out, /✗ BRIDGE_SCIM_TOKEN /)
    t.match(out, 'did you mean DT_ACCOUNT_UUID?')
  })

  t.test('rules with mistakes, and none at all', async t => {
    const file = join(place.folder, 'bad.yaml')
    await writeFile(file, 'version: 1\nrules: [ { name: a, match: x, grup: { name: b } } ]\n')
    const bad = await place.doctor({ BRIDGE_CONFIG: file })
    t.equal(bad.code, 1)
    t.match(flat(bad.out), /bad\.yaml:2:\d+: .*grup/)
    t.match(bad.out, 'Use of limits', 'the account is examined all the same')
    const none = await place.doctor({ BRIDGE_CONFIG: join(place.folder, 'no.yaml') })
    t.equal(none.code, 1)
    t.match(flat(none.out), 'correct BRIDGE_CONFIG')
  })

  t.test('a token that others may read, or that is none', async t => {
    const dataDir = await temporary(t)
    const file = join(dataDir, 'scim.token')
    await writeFile(file, 't'.repeat(40))
    await chmod(file, 0o644)
    const open = await place.doctor({ BRIDGE_DATA_DIR: dataDir })
    t.equal(open.code, 2)
    t.match(flat(open.out), `chmod 600 ${file}`)
    await writeFile(file, 'x')
    t.equal((await place.doctor({ BRIDGE_DATA_DIR: dataDir })).code, 1)
  })

  t.test('a data folder that is a file, and a database that is none', async t => {
    const dataDir = await temporary(t)
    const file = join(dataDir, 'bridge.db')
    await writeFile(file, 'this is not a database at all, but some other text')
    const other = await place.doctor({ BRIDGE_DATA_DIR: dataDir })
    t.equal(other.code, 1)
    t.match(flat(other.out), /bridge\.db cannot be read/)
    t.equal((await stat(file)).size, 50, 'it is left alone')
    t.match(flat((await place.doctor({ BRIDGE_DATA_DIR: file })).out), 'is no folder. Set BRIDGE_DATA_DIR')
  })

  t.test('a PostgreSQL that is not there; its password is not told', async t => {
    const { code, out } = await place.doctor({ DATABASE_URL: 'postgres://me:hushhush@127.0.0.1:1/bridge' })
    t.equal(code, 1)
    t.match(flat(out), 'PostgreSQL at 127.0.0.1:1 cannot be read')
    t.match(flat(out), 'in DATABASE_URL')
    t.notMatch(out, 'hushhush')
  })
})

test('names in bridge.yaml', async t => {
  const place = await doctorsPlace(t)
  const withRules = async (rules: string) => {
    const file = join(place.folder, 'other.yaml')
    await writeFile(file, rules)
    return await place.doctor({ BRIDGE_CONFIG: file })
  }

  t.test('a policy, a boundary and an environment that are not there', async t => {
    const { code, out } = await withRules(
      RULES.replace('Standard User', 'Standrd User')
        .replace('"team {team}"', 'crew')
        .replace('abc12345', 'xyz98765'),
    )
    t.equal(code, 1)
    t.match(flat(out), '✗ The account has no policy "Standrd User", named by rule "viewers"')
    t.match(flat(out), '✗ The account has no boundary "crew"')
    t.match(flat(out), '✗ The account has no environment xyz98765')
    t.match(flat(out), 'Correct its id under "environments" in bridge.yaml.')
  })

  t.test('a policy that is there twice', async t => {
    await place.control('POST', '/edit', {
      as: 'ana.kos@acme.example',
      ...{
        do: 'create-policy',
        policy: 'Standard User',
        statement: 'ALLOW storage:buckets:read, storage:logs:read;',
      },
    })
    const { code, out } = await withRules(RULES)
    t.equal(code, 1)
    t.match(flat(out), 'The account has 2 policies called "Standard User"')
  })

  t.test('names that somebody else has', async t => {
    const { code, out } = await withRules(`
version: 1
rules:
  - { name: pager, match: dt-pager, group: { name: On-Call Pager }, bindings: [ { policy: mine, level: account } ] }
policies: [ { name: finance dashboards, statement: "ALLOW storage:buckets:read, storage:logs:read;" }, { name: mine, statement: "ALLOW storage:logs:read;" } ]
`)
    t.equal(code, 1)
    t.match(flat(out), '✗ The account has a policy "finance dashboards" that the bridge did not make')
    t.match(flat(out), '✗ The account has a group "On-Call Pager" that the bridge did not make')
    t.match(flat(out), '✓ policy "mine", made by the bridge')
  })
})

eachDatabase({
  'beside a bridge that has worked, its own things are told from those of others': async (t, database) => {
    const store = await database.open()
    const bound =
      '- { policy: our policy, level: account, boundaries: [ ours ] }\n      - { policy: Standard User'
    const own = `${RULES.replace('- { policy: Standard User', bound)}
policies: [ { name: our policy, statement: "ALLOW storage:buckets:read, storage:logs:read;" } ]
boundaries: [ { name: ours, query: 'storage:dt.security_context = "x"; storage:bucket-name = "b";' } ]
`
    const world = await makeWorld(t, { store, rules: own })
    await world.group('dt-payments-viewer', [await world.user('ana')])
    t.equal((await world.apply()).status, 'in-step')
    const folder = await temporary(t)
    await writeFile(join(folder, 'bridge.yaml'), own)
    const { url, accountUuid, clientSecret } = world.simulator
    const env = {
      BRIDGE_DATA_DIR: database.dataDir || join(folder, 'data'),
      ...(database.databaseUrl === undefined ? {} : { DATABASE_URL: database.databaseUrl }),
      BRIDGE_CONFIG: join(folder, 'bridge.yaml'),
      ...{ DT_ACCOUNT_UUID: accountUuid, DT_CLIENT_SECRET: clientSecret, DT_API_URL: url, DT_SSO_URL: url },
    }
    const well = await command(['doctor'], env)
    t.equal(well.code, 0, well.out + well.err)
    t.match(flat(well.out), 'answers: IdP groups 1, groups of ours 1.')
    t.match(flat(well.out), '✓ No name that the bridge gives is taken by somebody else.')
    await world.group('dt-checkout-viewer')
    await world.edit({ do: 'rename-group', group: 'finance reports', name: 'Checkout Viewers' })
    const taken = await command(['doctor'], env)
    t.equal(taken.code, 1)
    t.match(flat(taken.out), '✗ The account has a group "checkout viewers" that the bridge did not make')
  },
})

test('text of an account cannot rule the terminal', async t => {
  const says = 'Acts as \u001b[2J\u202egnp.exe'
  const out = doctorText([{ title: 'A', checks: [{ id: 'a', verdict: 'ok', says }] }], { colour: false })
  t.notOk(out.includes('\u001b') || out.includes('\u202e'))
})

async function doctorsPlace(t: Test) {
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, seed: 'sample' })
  t.teardown(() => simulator.close())
  const folder = await temporary(t)
  await writeFile(join(folder, 'bridge.yaml'), RULES)
  const env = {
    BRIDGE_DATA_DIR: join(folder, 'data'),
    BRIDGE_CONFIG: join(folder, 'bridge.yaml'),
    DT_ACCOUNT_UUID: simulator.accountUuid,
    DT_CLIENT_SECRET: simulator.clientSecret,
    DT_API_URL: simulator.url,
    DT_SSO_URL: simulator.url,
  }
  async function control(method: 'GET' | 'POST' | 'PUT', path: string, body?: object) {
    const answer = await request(`${simulator.url}/_simulator${path}`, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await answer.body.text()
    if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`)
    return JSON.parse(text)
  }
  return {
    folder,
    env,
    secret: simulator.clientSecret,
    control,
    calls: () => control('GET', '/calls'),
    doctor: (more: Readonly<Record<string, string>> = {}, args: readonly string[] = []) =>
      command(['doctor', ...args], { ...env, ...more }),
  }
}

/** As one line, so that it does not matter where lines are broken. */
function flat(text: string): string {
  return text.replace(/\s+/g, ' ')
}

async function temporary(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'doctor-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}
