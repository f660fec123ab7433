/** A bridge with a directory of some size, and a simulated account that is in step with it, each in a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { request } from 'undici'
import { accountGroupId, groupName, makeDirectory, memberships, type Size, userName } from './directory.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
export const SCIM_TOKEN = 'scim-token-of-the-benchmark'
export const ADMIN_TOKEN = 'admin-token-of-the-benchmark'

/** As the image and `npm start` run the bridge. */
const AS_DEPLOYED = ['--max-semi-space-size=8']

const RULES = `
version: 1
mode: observe
rules:
  - name: everything
    match: bench-{n}
    group: { name: "bench-{n}" }
`

export interface Server {
  readonly size: Size
  readonly dataDir: string
  readonly url: string
  readonly pid: number
  /** Seconds from the start of the process to its banner. */
  readonly startSeconds: number
  close(): Promise<void>
}

export async function startServer(size: Size): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-bench-'))
  const dataDir = join(folder, 'data')
  await makeDirectory(dataDir, size)
  await writeFile(join(folder, 'bridge.yaml'), RULES)
  const simulator = start(['simulator', '--port', '0', '--seed', 'sample', '--json'], {})
  const { url: account } = JSON.parse(await said(simulator, /^\{[\s\S]*\}\s*$/))
  await fillAccount(account, size)
  const { accountUuid, clientId, clientSecret } = await json(`${account}/_simulator`)
  const began = performance.now()
  const bridge = start(['serve', '--json'], {
    PORT: '0',
    LOG_LEVEL: 'error',
    BRIDGE_DATA_DIR: dataDir,
    BRIDGE_CONFIG: join(folder, 'bridge.yaml'),
    BRIDGE_SCIM_TOKEN: SCIM_TOKEN,
    BRIDGE_ADMIN_TOKEN: ADMIN_TOKEN,
    DT_ACCOUNT_UUID: accountUuid,
    DT_CLIENT_ID: clientId,
    DT_CLIENT_SECRET: clientSecret,
    DT_API_URL: account,
    DT_SSO_URL: account,
  })
  const banner = JSON.parse(await said(bridge, /^\{"started".*\}$/m))
  return {
    size,
    dataDir,
    url: new URL(banner.started.scim.url).origin,
    pid: bridge.pid ?? 0,
    startSeconds: (performance.now() - began) / 1_000,
    async close() {
      for (const child of [bridge, simulator]) {
        const ended = once(child, 'exit')
        child.kill('SIGKILL')
        await ended
      }
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A simulated account alone, with groups and people as the bridge would have made them. */
export async function startAccount(size: Size) {
  const simulator = start(['simulator', '--port', '0', '--seed', 'sample', '--json'], {})
  const { url } = JSON.parse(await said(simulator, /^\{[\s\S]*\}\s*$/))
  await fillAccount(url, size)
  const { accountUuid, clientId, clientSecret } = await json(`${url}/_simulator`)
  return {
    credentials: { accountUuid, clientId, clientSecret, apiUrl: url, ssoUrl: url },
    /** Adds bindings, told by names. */
    async seed(bindings: readonly object[]): Promise<void> {
      for (let from = 0; from < bindings.length; from += 5_000)
        await json(`${url}/_simulator/seed`, { bindings: bindings.slice(from, from + 5_000) })
    },
    async close(): Promise<void> {
      const ended = once(simulator, 'exit')
      simulator.kill('SIGKILL')
      await ended
    },
  }
}

/** Resident memory now and at its highest since `forgetPeak`, in MiB (proc(5)). */
export async function memoryOf({ pid }: Server): Promise<{ readonly now: number; readonly peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const of = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1_024
  return { now: of('VmRSS'), peak: of('VmHWM') }
}

export const forgetPeak = ({ pid }: Server): Promise<void> => writeFile(`/proc/${pid}/clear_refs`, '5')

/** Groups and people as the bridge would have made them. */
async function fillAccount(url: string, size: Size): Promise<void> {
  const groupsOf = Array.from({ length: size.users }, (): string[] => [])
  for (const [group, user] of memberships(size)) groupsOf[user]?.push(groupName(group))
  const seed = (addition: object) => json(`${url}/_simulator/seed`, addition)
  await seed({ groups: [...size.groups.keys()].map(n => ({ uuid: accountGroupId(n), name: groupName(n) })) })
  for (let from = 0; from < size.users; from += 5_000) {
    const some = groupsOf.slice(from, from + 5_000)
    await seed({ users: some.map((groups, nth) => ({ email: userName(from + nth), groups })) })
  }
}

function start(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const flags = [...AS_DEPLOYED, ...(process.env.BENCH_NODE_FLAGS ?? '').split(' ')].filter(
    flag => flag !== '',
  )
  const child = spawn(process.execPath, [...(args[0] === 'serve' ? flags : []), MAIN, ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: tmpdir(), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  process.once('exit', () => child.kill('SIGKILL'))
  return child
}

/** What a process prints that has this form. */
async function said(child: ChildProcess, form: RegExp): Promise<string> {
  let text = ''
  return new Promise((resolve, reject) => {
    child.once('exit', code => reject(new Error(`It ended with ${code}:\n${text}`)))
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      const found = form.exec(text)
      if (found !== null) resolve(found[0])
    })
  })
}

async function json(url: string, body?: object) {
  const answer = await request(url, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  const text = await answer.body.text()
  if (answer.statusCode >= 400) throw new Error(`${url}: ${answer.statusCode} ${text.slice(0, 500)}`)
  return JSON.parse(text)
}
