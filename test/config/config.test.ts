import { rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'tap'
import { loadAccessFiles, watchAccessFiles } from '../../src/config/access-file.ts'
import { readSettings, type Settings } from '../../src/config/settings.ts'
import { ensureToken } from '../../src/config/tokens.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { type Log, silentLog } from '../../src/lib/log.ts'

const uuid = '7f1c2b3a-0000-4000-8000-00000000a001'
const secret = `dt0s02.ABCD1234.${'S'.repeat(64)}`

test('with nothing set the bridge runs by itself, with defaults', async t => {
  t.same(settings({ PATH: '/bin', HOME: '/root', DTRACE: 'x' }), {
    host: '127.0.0.1',
    port: 8080,
    dataDir: './data',
    databaseUrl: undefined,
    configPath: undefined,
    scimToken: undefined,
    adminToken: undefined,
    emailAttribute: 'auto',
    emailDomains: [],
    reactivate: true,
    staleDeactivationSeconds: 10,
    keepRunsDays: 90,
    strict: false,
    dynatrace: undefined,
    logLevel: 'info',
  })
})

test('every setting is read', async t => {
  const read = settings({
    HOST: '0.0.0.0',
    PORT: '0',
    BRIDGE_DATA_DIR: '/var/lib/bridge',
    DATABASE_URL: 'postgres://bridge:pw@db:5432/bridge',
    BRIDGE_CONFIG: './bridge.yaml',
    BRIDGE_SCIM_TOKEN: 'scim-token-of-32-characters-long',
    BRIDGE_ADMIN_TOKEN: 'admin-token-of-32-characters-long',
    BRIDGE_EMAIL_ATTRIBUTE: 'emails[type eq "work"].value',
    BRIDGE_EMAIL_DOMAINS: 'Acme.example, *.corp.example,bücher.example acme.example.',
    BRIDGE_REACTIVATE: 'False',
    BRIDGE_STALE_DEACTIVATION_SECONDS: '0',
    BRIDGE_STRICT: 'true',
    BRIDGE_KEEP_RUNS_DAYS: '30',
    DT_ACCOUNT_UUID: `urn:dtaccount:${uuid.toUpperCase()}`,
    DT_CLIENT_ID: 'dt0s02.ABCD1234',
    DT_CLIENT_SECRET: secret,
    DT_API_URL: 'http://127.0.0.1:8090/',
    DT_SSO_URL: 'http://127.0.0.1:8090',
    DT_ENVIRONMENT_URL: 'http://127.0.0.1:8090/e/{id}/',
    LOG_LEVEL: 'debug',
  })
  t.same(read, {
    host: '0.0.0.0',
    port: 0,
    dataDir: '/var/lib/bridge',
    databaseUrl: 'postgres://bridge:pw@db:5432/bridge',
    configPath: './bridge.yaml',
    scimToken: 'scim-token-of-32-characters-long',
    adminToken: 'admin-token-of-32-characters-long',
    emailAttribute: 'emails[type eq "work"].value',
    emailDomains: ['acme.example', '*.corp.example', 'xn--bcher-kva.example'],
    reactivate: false,
    staleDeactivationSeconds: 0,
    keepRunsDays: 30,
    strict: true,
    dynatrace: {
      accountUuid: uuid,
      clientId: 'dt0s02.ABCD1234',
      clientSecret: secret,
      apiUrl: 'http://127.0.0.1:8090',
      ssoUrl: 'http://127.0.0.1:8090',
      environmentUrl: 'http://127.0.0.1:8090/e/{id}',
    },
    logLevel: 'debug',
  })
})

test('the client id may be left to the secret, whose first two parts it is', async t => {
  const { dynatrace } = settings({ DT_ACCOUNT_UUID: uuid, DT_CLIENT_SECRET: secret })
  t.match(dynatrace, {
    clientId: 'dt0s02.ABCD1234',
    apiUrl: 'https://api.dynatrace.com',
    ssoUrl: 'https://sso.dynatrace.com',
    environmentUrl: 'https://{id}.apps.dynatrace.com',
  })
  const simulated = settings({
    DT_ACCOUNT_UUID: uuid,
    DT_CLIENT_SECRET: secret,
    DT_API_URL: 'http://simulator:8090/',
  })
  t.equal(simulated.dynatrace?.environmentUrl, 'http://simulator:8090/e/{id}')
})

test('a secret may come from a file, without the line break at its end', async t => {
  const dir = t.testdir({ secret: `${secret}\n`, uuid: `${uuid}\r\n` })
  const { dynatrace } = settings({
    DT_ACCOUNT_UUID_FILE: join(dir, 'uuid'),
    DT_CLIENT_SECRET_FILE: join(dir, 'secret'),
  })
  t.match(dynatrace, { accountUuid: uuid, clientSecret: secret })
})

test('each mistake names the variable and the remedy, and no message holds a value', async t => {
  const dir = t.testdir({ empty: ' \n', large: 'x'.repeat(70_000), short: 'hunter2' })
  const dt = { DT_ACCOUNT_UUID: uuid, DT_CLIENT_SECRET: secret }
  const long = 'same-token-of-32-characters-long'
  const cases: readonly (readonly [Record<string, string>, ...RegExp[]])[] = [
    [{ PORT: '80a' }, /^PORT is no port: write a number/],
    [{ PORT: '65536' }, /^PORT is no port/],
    [{ PORT: '' }, /^PORT is empty/],
    [{ HOST: 'http://localhost' }, /^HOST is no address/],
    [{ BRIDGE_EMAIL_ATTRIBUTE: ' ' }, /^BRIDGE_EMAIL_ATTRIBUTE is empty/],
    [{ BRIDGE_EMAIL_DOMAINS: 'hunter2@acme.example' }, /^BRIDGE_EMAIL_DOMAINS holds what is no domain/],
    [{ BRIDGE_EMAIL_DOMAINS: 'acme.example, *' }, /^BRIDGE_EMAIL_DOMAINS holds what is no domain/],
    [{ BRIDGE_EMAIL_DOMAINS: ',' }, /^BRIDGE_EMAIL_DOMAINS holds what is no domain/],
    [{ BRIDGE_REACTIVATE: 'yes' }, /^BRIDGE_REACTIVATE is neither true nor false/],
    [{ BRIDGE_STRICT: '1' }, /^BRIDGE_STRICT is neither true nor false/],
    [{ BRIDGE_STALE_DEACTIVATION_SECONDS: '-1' }, /^BRIDGE_STALE_DEACTIVATION_SECONDS is no such time/],
    [{ BRIDGE_STALE_DEACTIVATION_SECONDS: '3601' }, /from 0 \(off\) to 3600/],
    [{ LOG_LEVEL: 'verbose' }, /^LOG_LEVEL is no log level: write trace/],
    [{ DATABASE_URL: 'mysql://root:hunter2@db' }, /^DATABASE_URL is no PostgreSQL address/],
    [{ BRIDGE_SCIM_TOKEN: 'hunter2' }, /^BRIDGE_SCIM_TOKEN is too short: use at least 16/],
    [{ BRIDGE_ADMIN_TOKEN: 'hunter2 hunter2 hunter2' }, /^BRIDGE_ADMIN_TOKEN holds spaces/],
    [
      { BRIDGE_SCIM_TOKEN: long, BRIDGE_ADMIN_TOKEN: long },
      /^BRIDGE_SCIM_TOKEN and BRIDGE_ADMIN_TOKEN are the same/,
    ],
    [
      { BRIDGE_SCIM_TOKEN: long, BRIDGE_SCIM_TOKEN_FILE: '/x' },
      /^BRIDGE_SCIM_TOKEN and BRIDGE_SCIM_TOKEN_FILE are both set/,
    ],
    [
      { BRIDGE_SCIM_TOKEN_FILE: join(dir, 'absent') },
      /^BRIDGE_SCIM_TOKEN_FILE: .*absent cannot be read \(ENOENT\)/,
    ],
    [{ BRIDGE_SCIM_TOKEN_FILE: join(dir, 'empty') }, /^BRIDGE_SCIM_TOKEN_FILE: .*empty is empty/],
    [{ BRIDGE_SCIM_TOKEN_FILE: join(dir, 'large') }, /^BRIDGE_SCIM_TOKEN_FILE: .*large is too large/],
    [{ BRIDGE_SCIM_TOKEN_FILE: join(dir, 'short') }, /^BRIDGE_SCIM_TOKEN is too short/],
    [{ BRIDGE_SCIM_TOKEN_FILE: '' }, /^BRIDGE_SCIM_TOKEN_FILE is empty/],
    [
      { BRIDGE_SCIM_TOKN: long },
      /^BRIDGE_SCIM_TOKN is no setting of the bridge: did you mean BRIDGE_SCIM_TOKEN\?$/,
    ],
    [{ BRIDGE_COLOUR: 'red' }, /^BRIDGE_COLOUR is no setting of the bridge: remove it\.$/],
    [{ DT_CLIENT_SECRT_FILE: '/x' }, /did you mean DT_CLIENT_SECRET_FILE\?/],
    [
      { DT_ACCOUNT_UUID: uuid },
      /^DT_CLIENT_ID and DT_CLIENT_SECRET are missing, while DT_ACCOUNT_UUID is set/,
    ],
    [{ DT_CLIENT_SECRET: secret }, /^DT_ACCOUNT_UUID is missing, while DT_CLIENT_SECRET is set/],
    [{ DT_API_URL: 'http://x' }, /^DT_ACCOUNT_UUID and DT_CLIENT_ID and DT_CLIENT_SECRET are missing/],
    [{ ...dt, DT_CLIENT_SECRET: 'hunter2' }, /^DT_CLIENT_ID is missing/],
    [{ ...dt, DT_CLIENT_ID: 'dt0s02.OTHER' }, /^DT_CLIENT_SECRET belongs to another OAuth client/],
    [{ ...dt, DT_ACCOUNT_UUID: 'acme' }, /^DT_ACCOUNT_UUID is no account UUID/],
    [{ ...dt, DT_API_URL: 'https://user:hunter2@api' }, /^DT_API_URL is no base URL/],
    [{ ...dt, DT_SSO_URL: 'ftp://sso' }, /^DT_SSO_URL is no base URL/],
    [
      { ...dt, DT_ENVIRONMENT_URL: 'https://abc12345.apps.dynatrace.com' },
      /^DT_ENVIRONMENT_URL is no base URL/,
    ],
    [{ ...dt, DT_ENVIRONMENT_URL: '{id}' }, /^DT_ENVIRONMENT_URL is no base URL/],
    [{ PORT: 'x', HOST: 'a b', BRIDGE_X: '' }, /^BRIDGE_X/, /^HOST/, /^PORT/],
  ]
  for (const [env, ...expected] of cases) {
    const found = problems(env)
    t.match(found, expected, Object.keys(env).join(' '))
    t.equal(found.length, expected.length, found.join('\n'))
    t.notMatch(found.join(), /hunter2|SSSS|same-token/)
  }
})

test('variables of a OneAgent and of Kubernetes services are not taken for mistakes', async t => {
  t.ok(
    settings({
      DT_TAGS: 'team=a',
      DT_CUSTOM_PROP: 'x',
      BRIDGE_SERVICE_HOST: '10.0.0.1',
      BRIDGE_SERVICE_PORT_HTTP: '80',
      BRIDGE_SCIM_PORT_8080_TCP_ADDR: '10.0.0.1',
      BRIDGE_PORT: 'tcp://10.0.0.1:80',
    }),
  )
  t.match(problems({ BRIDGE_PORT: '8080' }), [/^BRIDGE_PORT is no setting.*did you mean PORT\?/])
})

test('a token is made once, for its owner alone, and found again', async t => {
  const dir = join(t.testdir({}), 'new', 'data')
  const made = await ensureToken(dir, 'scim')
  t.match(made, { created: true, path: join(dir, 'scim.token') })
  t.ok(made.token.length >= 32)
  t.equal((await stat(made.path)).mode & 0o777, 0o600)
  t.same(await ensureToken(dir, 'scim'), { ...made, created: false })
  t.not((await ensureToken(dir, 'admin')).token, made.token)
})

test('processes that start together agree on one token', async t => {
  const dir = t.testdir({})
  const made = await Promise.all(Array.from({ length: 8 }, () => ensureToken(dir, 'scim')))
  t.equal(new Set(made.map(({ token }) => token)).size, 1)
  t.equal(made.filter(({ created }) => created).length, 1)
})

test('an unusable token file or folder is named, and the token is not', async t => {
  const dir = t.testdir({ 'scim.token': 'hunter2', file: '' })
  await t.rejects(ensureToken(dir, 'scim'), {
    code: 'token-unusable',
    message: /scim\.token is too short.*delete the file/,
  })
  await t.rejects(ensureToken(join(dir, 'file'), 'admin'), {
    code: 'token-unusable',
    message: /admin\.token cannot be read or written.*set BRIDGE_ADMIN_TOKEN/,
  })
  const thrown = await ensureToken(dir, 'scim').catch(String)
  t.notMatch(thrown, /hunter2/)
})

test('an access file is read, or said to be unreadable', async t => {
  const dir = t.testdir({ good: 'version: 1', large: 'x'.repeat(1024 * 1024 + 1) })
  const load = (name: string) => loadAccessFiles(join(dir, name), () => [])
  t.match(await load('good'), { kind: 'read', main: { name: join(dir, 'good'), text: 'version: 1' } })
  t.match(await load('absent'), { kind: 'unreadable', problem: /absent cannot be opened \(ENOENT/ })
  t.match(await load('large'), { kind: 'unreadable', problem: /larger than 1 MiB/ })
  t.match(await load(''), { kind: 'unreadable', problem: /cannot be read \(EISDIR/ })
  await writeFile(join(dir, 'latin'), Buffer.from('rules: Größe', 'latin1'))
  t.match(await load('latin'), { kind: 'unreadable', problem: /is not UTF-8/ })
})

test('included files are read from the folder of the main one, and each may be unreadable', async t => {
  const dir = t.testdir({ 'bridge.yaml': 'rules/a.yaml absent rules', rules: { 'a.yaml': 'a' } })
  const loaded = await loadAccessFiles(join(dir, 'bridge.yaml'), text => text.split(' '))
  if (loaded.kind === 'unreadable') throw new Error(loaded.problem)
  t.match(
    [...loaded.included],
    [
      ['rules/a.yaml', { kind: 'read', name: join(dir, 'rules/a.yaml'), text: 'a' }],
      ['absent', { kind: 'unreadable', message: /^cannot be opened \(ENOENT/, remedy: /path/ }],
      ['rules', { kind: 'unreadable', message: /^cannot be read \(EISDIR/ }],
    ],
  )
})

test('a changed file is handed on once, when it is the same at two looks', async t => {
  const watched = await watchIn(t.testdir({ 'bridge.yaml': 'one' }))
  await watched.look()
  t.same(watched.seen, [])
  await watched.write('tw')
  await watched.look()
  await watched.write('two')
  await watched.look()
  t.same(watched.seen, [], 'a file that is still being written is left alone')
  await watched.look()
  await watched.look()
  t.same(watched.seen, ['two'])
  await watched.write('one')
  await watched.look()
  await watched.look()
  t.same(watched.seen, ['two', 'one'])
  await watched.close()
})

test('a file that is replaced, gone for a while or touched only is followed', async t => {
  const dir = t.testdir({ 'bridge.yaml': 'one', next: 'two' })
  const watched = await watchIn(dir)
  await watched.write('one')
  await watched.look()
  await watched.look()
  t.same(watched.seen, [])
  await rename(join(dir, 'bridge.yaml'), join(dir, 'away'))
  await watched.look()
  await watched.look()
  t.match(watched.warnings, [/cannot be opened.*last good one stays in force/], 'said once')
  await rename(join(dir, 'next'), join(dir, 'bridge.yaml'))
  await watched.look()
  await watched.look()
  t.same(watched.seen, ['two'])
  await watched.close()
})

test('a receiver that fails does not end the watch', async t => {
  const watched = await watchIn(t.testdir({ 'bridge.yaml': 'one' }), () => {
    throw new Error('no')
  })
  for (const text of ['two', 'three']) {
    await watched.write(text)
    await watched.look()
    await watched.look()
  }
  t.same(watched.seen, ['two', 'three'])
  t.match(watched.warnings, [/not taken/, /not taken/])
  await watched.close()
})

test('all included files are watched, and handed on together once all have settled', async t => {
  const dir = t.testdir({ 'bridge.yaml': 'include a b', a: 'one', b: 'one' })
  const watched = await watchIn(dir)
  const all = (...texts: string[]) => texts.join(' | ')
  await writeFile(join(dir, 'a'), 'two')
  await watched.look()
  await writeFile(join(dir, 'b'), 'two')
  await watched.look()
  t.same(watched.seen, [], 'swapped one after the other')
  await watched.look()
  await watched.look()
  t.same(watched.seen, [all('include a b', 'two', 'two')])
  await rename(join(dir, 'b'), join(dir, 'away'))
  await watched.look()
  await rename(join(dir, 'away'), join(dir, 'b'))
  await watched.look()
  await watched.look()
  t.equal(watched.seen.length, 1, 'gone for a moment only')
  await watched.write('include a c')
  await watched.look()
  await watched.look()
  t.match(watched.seen[1], /^include a c \| two \| cannot be opened/)
  await writeFile(join(dir, 'c'), 'three')
  await watched.look()
  await watched.look()
  t.equal(watched.seen[2], all('include a c', 'two', 'three'), 'it has appeared')
  await writeFile(join(dir, 'b'), 'four')
  await watched.look()
  await watched.look()
  t.equal(watched.seen.length, 3, 'b is not included any more')
  await watched.close()
})

/** A watch whose clock moves by hand: `look` lets it look once more and waits until it has. */
async function watchIn(
  dir: string,
  after: () => void = () => undefined,
): Promise<{
  readonly seen: string[]
  readonly warnings: string[]
  readonly write: (text: string) => Promise<void>
  readonly look: () => Promise<void>
  readonly close: () => Promise<void>
}> {
  const path = join(dir, 'bridge.yaml')
  const seen: string[] = []
  const warnings: string[] = []
  const { clock, tick } = handClock()
  const note = (_fields: object, message: string): void => void warnings.push(message)
  const log: Log = { ...silentLog, warn: note, error: note }
  const files = await loadAccessFiles(path, includesOf)
  if (files.kind === 'unreadable') throw new Error(files.problem)
  const onChange = ({ main, included }: Omit<typeof files, 'kind'>): void => {
    const others = [...included.values()].map(file => (file.kind === 'read' ? file.text : file.message))
    seen.push([main.text, ...others].join(' | '))
    after()
  }
  const watch = watchAccessFiles({ path, files, includesOf, onChange, clock, log })
  return { seen, warnings, write: content => writeFile(path, content), look: tick, close: watch.close }
}

function includesOf(text: string): readonly string[] {
  const [first, ...paths] = text.split(' ')
  return first === 'include' ? paths : []
}

/** Each tick ends the sleep under way and resolves when the next one begins. */
function handClock(): { readonly clock: Clock; readonly tick: () => Promise<void> } {
  let wake = (): void => undefined
  let asleep = (): void => undefined
  const clock: Clock = {
    now: () => new Date(0),
    sleep: (_ms, signal) => {
      const sleeping = new Promise<void>(resolve => {
        wake = resolve
        signal?.addEventListener('abort', () => resolve())
      })
      asleep()
      return sleeping
    },
  }
  const tick = async (): Promise<void> => {
    const next = new Promise<void>(resolve => {
      asleep = resolve
    })
    wake()
    await next
  }
  return { clock, tick }
}

function settings(env: Record<string, string>): Settings {
  const read = readSettings(env)
  if (read.kind === 'invalid') throw new Error(read.problems.join('\n'))
  return read.settings
}

function problems(env: Record<string, string>): readonly string[] {
  const read = readSettings(env)
  return read.kind === 'invalid' ? read.problems : []
}
