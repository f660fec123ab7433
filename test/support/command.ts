/** One command line, as a person types it, with what it prints and how it ends. */
import { runProgram } from '../../src/cli/program.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { ADMIN_TOKEN, type RunningBridge } from './running-bridge.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** `env`: all that the command sees of the environment. */
export async function command(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
  terminal: { readonly columns?: number } = {},
): Promise<Ran> {
  let [out, err] = ['', '']
  const code = await runProgram(args, {
    out: text => {
      out += text
    },
    err: text => {
      err += text
    },
    env,
    colour: false,
    ...terminal,
    clock: systemClock,
    untilStopped: () => Promise.resolve(),
  })
  return { code, out, err }
}

/** The bridge's own address and token, as its environment would give them. */
export const envOf = (bridge: Pick<RunningBridge, 'url'>): Readonly<Record<string, string>> => ({
  HOST: '127.0.0.1',
  PORT: new URL(bridge.url).port,
  BRIDGE_ADMIN_TOKEN: ADMIN_TOKEN,
})
