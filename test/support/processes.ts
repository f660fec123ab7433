/** Runs the command line in processes of their own, as people and supervisors do, and ends them in any way. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { systemClock } from '../../src/lib/clock.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
/** Halves the time to start. A process that is killed writes nothing into it; one that ends by itself does. */
const COMPILED = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url))

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface CliProcess {
  readonly pid: number
  /** Everything printed so far, on both streams. */
  output(): string
  /** The log so far, one object a line. */
  log(): readonly Readonly<Record<string, unknown>>[]
  /** How it ended. */
  readonly exit: Promise<Exit>
  /** Sends a signal and resolves when the process is gone. */
  end(signal: NodeJS.Signals): Promise<Exit>
}

export interface CliOptions {
  /** Beside PATH and HOME; nothing else of the environment the tests run in is handed on. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** Starts `scim-bridge <args>`. It is killed at the end of the test. */
export function startCli(t: Test, args: readonly string[], options: CliOptions = {}): CliProcess {
  const env = { PATH: process.env.PATH ?? '', HOME: tmpdir(), NODE_COMPILE_CACHE: COMPILED, ...options.env }
  return startProcess(t, [process.execPath, MAIN, ...args], { ...options, env })
}

/** Starts a program with exactly this environment, collects what it prints, and kills it at the end of the test. */
export function startProcess(
  t: Test,
  command: readonly string[],
  options: {
    readonly env: Readonly<Record<string, string>>
    readonly cwd?: string | undefined
    /** Another user than that of the test, which only root can choose. */
    readonly uid?: number | undefined
  },
): CliProcess {
  const { cwd, uid } = options
  const child = spawn('/usr/bin/env', cleanly(command, options.env), {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd === undefined ? {} : { cwd }),
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  return follow(t, child)
}

/**
 * Arguments of `env` that make it become the command. Given to `spawn`, an environment would not be all there is: the
 * test runner puts its loaders into the processes that tests start.
 */
export function cleanly(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): readonly string[] {
  return ['-i', ...Object.entries(env).map(pair => pair.join('=')), ...command]
}

export interface BridgeProcess extends CliProcess {
  /** As the banner says it. */
  readonly url: string
}

/** Starts `scim-bridge serve` on a free port and resolves when it says that it is up. */
export async function startServe(
  t: Test,
  options: CliOptions & { readonly args?: readonly string[] } = {},
): Promise<BridgeProcess> {
  const { args = [], env = {} } = options
  return whenUp(startCli(t, ['serve', ...args], { ...options, env: { PORT: '0', ...env } }))
}

export async function whenUp(started: CliProcess): Promise<BridgeProcess> {
  let gone = false
  void started.exit.then(() => {
    gone = true
  })
  const url = await eventually('the bridge says that it is up', () => {
    const banner = /^ {2}Health +(\S+)\/health\/ready$/m.exec(started.output())
    if (banner === null && gone) throw new Error(`The bridge ended at once:\n${started.output()}`)
    return banner?.[1]
  })
  return { ...started, url }
}

/**
 * Asks until there is an answer other than undefined and false, and gives it back. Throws when there is none
 * within `withinMs`, which is far more than it should take unless the time is what a test is about.
 */
export async function eventually<T>(
  what: string,
  probe: () => T | Promise<T>,
  withinMs = 20_000,
): Promise<Exclude<T, undefined | false>> {
  const giveUpAt = performance.now() + withinMs
  for (;;) {
    const answer = await probe()
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>
    if (performance.now() > giveUpAt) throw new Error(`Not within ${withinMs} ms: ${what}`)
    await systemClock.sleep(15)
  }
}

/** An empty folder, which every user may enter, until the end of the test. */
export async function emptyFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bridge-process-'))
  await chmod(folder, 0o755)
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

function follow(t: Test, child: ChildProcess): CliProcess {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  }
  const exit = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject)
    // Not `exit`: what it printed last may still be under way then.
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return exit
  }
  t.teardown(() => end('SIGKILL'))
  return {
    pid: child.pid ?? 0,
    output: () => text,
    log: () =>
      text
        .slice(0, text.lastIndexOf('\n') + 1)
        .split('\n')
        .filter(line => line.startsWith('{"level"'))
        .map(line => JSON.parse(line)),
    exit,
    end,
  }
}
