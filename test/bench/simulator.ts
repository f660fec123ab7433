/**
 * How long a simulator as large as an account can be takes to start, seeded and from a state file, and to answer its long
 * lists: `node test/bench/simulator.ts`. Every start is a process of its own; a figure is the median of five.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { request } from 'undici'
import { z } from 'zod'

const ROUNDS = 5
const main = new URL('../../src/main.ts', import.meta.url).pathname
const started = z.object({ url: z.string(), accountUuid: z.string(), credentials: z.string() })
const connection = z.object({ clientId: z.string(), clientSecret: z.string() })
const granted = z.object({ access_token: z.string() })

interface Running extends z.infer<typeof started> {
  /** Milliseconds from the start of the process to the line that says where it listens. */
  readonly startMs: number
  stop(): Promise<void>
}

async function start(args: readonly string[]): Promise<Running> {
  const began = performance.now()
  const child = spawn(process.execPath, [main, 'simulator', '--port', '0', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  for await (const piece of child.stdout.iterator({ destroyOnReturn: false })) {
    text += String(piece)
    if (text.trimEnd().endsWith('}')) break
  }
  const startMs = performance.now() - began
  return {
    ...started.parse(JSON.parse(text)),
    startMs,
    stop: async () => {
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}

async function starts(args: readonly string[]): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const running = await start(args)
    times.push(running.startMs)
    await running.stop()
  }
  return median(times)
}

async function lists({ url, accountUuid, credentials }: Running): Promise<void> {
  const { clientId, clientSecret } = connection.parse(await (await request(credentials)).body.json())
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
  const token = await request(`${url}/sso/oauth2/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  })
  const { access_token } = granted.parse(await token.body.json())
  const paths = {
    users: `/iam/v1/accounts/${accountUuid}/users`,
    groups: `/iam/v1/accounts/${accountUuid}/groups`,
    'bindings of the account': `/iam/v1/repo/account/${accountUuid}/bindings`,
    'bindings of an environment': '/iam/v1/repo/environment/abc12345/bindings',
  }
  for (const [name, path] of Object.entries(paths)) {
    const times: number[] = []
    let bytes = 0
    for (let round = 0; round < ROUNDS; round += 1) {
      const began = performance.now()
      const answer = await request(url + path, { headers: { authorization: `Bearer ${access_token}` } })
      bytes = (await answer.body.arrayBuffer()).byteLength
      times.push(performance.now() - began)
      if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode}`)
    }
    say(`list of ${name}, ${(bytes / 1e6).toFixed(1)} MB`, median(times))
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

const say = (name: string, ms: number): void =>
  void process.stdout.write(`${name.padEnd(46)}${ms.toFixed(0).padStart(6)} ms\n`)

const folder = await mkdtemp(join(tmpdir(), 'simulator-bench-'))
const state = ['--state', join(folder, 'large.json')]
try {
  say('start, sample', await starts([]))
  say('start, seeded large', await starts(['--seed', 'large']))
  await (await start(['--seed', 'large', ...state])).stop()
  say('start, from a state file as large', await starts(state))
  const running = await start(state)
  await lists(running)
  await running.stop()
} finally {
  await rm(folder, { recursive: true })
}
