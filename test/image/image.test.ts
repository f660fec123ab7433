/**
 * The image, proven without a container engine: the steps of the Dockerfile are carried out in an empty folder,
 * and what they make runs as another user who may write nothing but the data folder.
 */
import { execFile } from 'node:child_process'
import { access, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Test, test } from 'tap'
import { parse } from 'yaml'
import { readSettings } from '../../src/config/settings.ts'
import { startSimulator } from '../../src/simulator/start.ts'
import { bridgeClient } from '../support/bridge-client.ts'
import { type CliProcess, emptyFolder, eventually, startProcess, whenUp } from '../support/processes.ts'
import { buildImage, type Image, inImage, variablesOf } from './dockerfile.ts'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
const DOCKERFILE = join(REPOSITORY, 'docker/Dockerfile')
const AS_ROOT = process.getuid?.() === 0
/** `nobody`, where the test may choose; otherwise the user it runs as. */
const UID = AS_ROOT ? 65_534 : (process.getuid?.() ?? 0)

test('the steps of the Dockerfile make an image that works without rights', async t => {
  const image = await built(t)
  await t.test('it holds what production needs and nothing else', t => holdsOnlyProduction(t, image))
  await t.test('serve and the health check work, and only the data folder is written to', t =>
    serves(t, image),
  )
  await t.test('the simulator of the compose file works in the same image', t => simulates(t, image))
})

test('the compose file gives the bridge settings that it takes', async t => {
  const { bridge, simulator, postgres } = (await composeFile()).services
  t.same(
    Object.keys(bridge.depends_on).sort(),
    ['postgres', 'simulator'],
    'it waits for both, and both say when they are well',
  )
  t.ok(simulator.healthcheck.test && postgres.healthcheck.test)
  const account = await startSimulator({ host: '127.0.0.1', port: 0, seed: 'empty' })
  await account.close()

  const read = readSettings({ ...(await variablesOf(DOCKERFILE)), ...interpolated(bridge.environment, {}) })
  t.equal(read.kind, 'valid', JSON.stringify(read))
  if (read.kind === 'invalid') return
  const { dynatrace, databaseUrl, scimToken, adminToken, configPath, dataDir } = read.settings
  t.same(
    dynatrace,
    {
      accountUuid: account.accountUuid,
      clientId: account.clientId,
      clientSecret: account.clientSecret,
      apiUrl: 'http://simulator:8090',
      ssoUrl: 'http://simulator:8090',
      environmentUrl: 'http://simulator:8090/e/{id}',
    },
    'the credentials are those the simulator publishes',
  )
  const { POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB } = postgres.environment
  t.equal(databaseUrl, `postgres://${POSTGRES_USER}:${POSTGRES_PASSWORD}@postgres:5432/${POSTGRES_DB}`)
  t.same([scimToken, adminToken], [undefined, undefined], 'tokens are made at the first start')
  t.ok(bridge.volumes.includes(`bridge-data:${dataDir}`), 'and stay')
  await access(join(REPOSITORY, (configPath ?? '').replace(/^\/app\//, '')))

  const tokens = {
    BRIDGE_SCIM_TOKEN: 'scim-token-of-somebody',
    BRIDGE_ADMIN_TOKEN: 'admin-token-of-somebody',
  }
  const given = readSettings({ ...interpolated(bridge.environment, tokens) })
  t.equal(given.kind, 'valid')
  t.match(given, { settings: { scimToken: tokens.BRIDGE_SCIM_TOKEN, adminToken: tokens.BRIDGE_ADMIN_TOKEN } })
})

async function built(t: Test): Promise<Image> {
  const folder = await emptyFolder(t)
  const image = await buildImage({
    dockerfile: DOCKERFILE,
    context: REPOSITORY,
    folder,
    owner: AS_ROOT ? `${UID}:${UID}` : `${UID}:${process.getgid?.() ?? 0}`,
    path: process.env.PATH ?? '',
  })
  const app = inImage(image, '.')
  await chmodAll(app, 'a-w')
  // Who is not root cannot remove what may not be written to.
  t.teardown(() => chmodAll(app, 'u+w'))
  return image
}

async function holdsOnlyProduction(t: Test, image: Image): Promise<void> {
  t.same((await readdir(inImage(image, '.'))).sort(), [
    'LICENSE',
    'node_modules',
    'openapi',
    'package.json',
    'src',
  ])
  const manifest = JSON.parse(await readFile(inImage(image, 'package.json'), 'utf8'))
  const { dependencies, devDependencies, optionalDependencies } = manifest
  const isThere = (name: string) =>
    access(inImage(image, `node_modules/${name}`)).then(
      () => true,
      () => false,
    )
  for (const name of Object.keys(dependencies)) t.ok(await isThere(name), `${name} is there`)
  const lock = JSON.parse(await readFile(new URL('../../package-lock.json', import.meta.url), 'utf8'))
  for (const name of Object.keys({ ...devDependencies, ...optionalDependencies })) {
    // What tests use of what production rests on anyway is there for that reason.
    const { dev, optional } = lock.packages[`node_modules/${name}`]
    if (dev === true || optional === true) t.notOk(await isThere(name), `${name} is not`)
  }
  t.not(image.user, 'root')
}

async function serves(t: Test, image: Image): Promise<void> {
  const bridge = await whenUp(
    start(t, image, [...image.cmd, '--simulator-port', '0'], { HOST: '127.0.0.1', PORT: '0' }),
  )
  const [data = ''] = image.volumes
  const tokenIn = async (name: string) =>
    (await readFile(inImage(image, `${data}/${name}.token`), 'utf8')).trim()
  const client = bridgeClient(bridge, { scim: await tokenIn('scim'), admin: await tokenIn('admin') })
  t.equal((await client.createUser('ada')).status, 201)
  t.equal((await client.run('apply')).status, 'in-step')

  const port = new URL(bridge.url).port
  t.equal(await check(t, image, image.healthcheck, port), 0, 'the health check passes')
  t.same(await bridge.end('SIGTERM'), { code: 0, signal: null }, bridge.output())
  t.not(await check(t, image, image.healthcheck, port), 0, 'and fails when nothing answers')

  t.ok((await readdir(inImage(image, data))).includes('bridge.db'), 'the database lies on the volume')
  const refused = start(t, image, [...image.cmd, '--simulator-port', '0'], { BRIDGE_DATA_DIR: '/app/data' })
  t.same(await refused.exit, { code: 1, signal: null }, 'nowhere else can it write')
  t.match(refused.output(), 'BRIDGE_')
}

async function simulates(t: Test, image: Image): Promise<void> {
  const { command, healthcheck } = (await composeFile()).services.simulator
  const args = command.map((word: string) => ({ '0.0.0.0': '127.0.0.1', '8090': '0' })[word] ?? word)
  const simulator = start(t, image, args, {})
  const url = await eventually('it says where it listens', () => /http:\S+/.exec(simulator.output())?.[0])
  const [kind, ...probe] = healthcheck.test
  t.equal(kind, 'CMD')
  const port = new URL(url).port
  const here = probe.map((word: string) => word.replace('8090', port))
  t.equal(await check(t, image, here, port), 0, 'its health check passes')
  t.same(await simulator.end('SIGTERM'), { code: 0, signal: null })
}

/** As an engine starts it: the entry point with arguments, nothing of this environment. */
function start(
  t: Test,
  image: Image,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): CliProcess {
  return startProcess(t, [...image.entrypoint, ...args], {
    cwd: inImage(image, '.'),
    env: { ...environmentOf(image), ...moved(image, env) },
    uid: AS_ROOT ? UID : undefined,
  })
}

async function check(
  t: Test,
  image: Image,
  command: readonly string[],
  port: string,
): Promise<number | null> {
  const env = { ...environmentOf(image), PORT: port }
  const checking = startProcess(t, command, { env, uid: AS_ROOT ? UID : undefined })
  return (await checking.exit).code
}

function environmentOf(image: Image): Readonly<Record<string, string>> {
  return { PATH: inImage(image, '/usr/local/bin'), ...moved(image, image.env) }
}

/** Paths of the image as they are on this machine. */
function moved(image: Image, env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value.startsWith('/') ? inImage(image, value) : value]),
  )
}

async function chmodAll(folder: string, mode: string): Promise<void> {
  await promisify(execFile)('chmod', ['-R', mode, folder])
}

async function composeFile() {
  return parse(await readFile(join(REPOSITORY, 'docker/compose.yaml'), 'utf8'))
}

/** `${NAME:-default}` as compose fills it in; a variable without a value is handed on from the shell. */
function interpolated(
  environment: Readonly<Record<string, string | null>>,
  shell: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => {
      const given =
        value === null
          ? shell[name]
          : value.replaceAll(
              /\$\{(\w+):-([^}]*)\}/g,
              (_, variable: string, fallback: string) => shell[variable] ?? fallback,
            )
      return given === undefined ? [] : [[name, given]]
    }),
  )
}
