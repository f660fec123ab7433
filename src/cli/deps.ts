/** What commands know of the process they run in, so that tests can give them another one. */
import { type Clock, systemClock } from '../lib/clock.ts'

export interface CliDeps {
  /** Standard output: results, and nothing else, so that `--json` can be piped. */
  readonly out: (text: string) => void
  /** Standard error: messages for people. */
  readonly err: (text: string) => void
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether standard output is a terminal that wants colour. */
  readonly colour: boolean
  /** Columns of that terminal; undefined when it is none. */
  readonly columns?: number | undefined
  readonly clock: Clock
  /** Resolves when the process is asked to end (SIGINT, SIGTERM). */
  readonly untilStopped: () => Promise<void>
}

export function systemDeps(): CliDeps {
  return {
    out: text => void process.stdout.write(text),
    err: text => void process.stderr.write(text),
    env: process.env,
    colour: process.stdout.isTTY === true && process.env.NO_COLOR === undefined,
    columns: process.stdout.columns,
    clock: systemClock,
    untilStopped: () =>
      new Promise(resolve => {
        process.once('SIGINT', () => resolve())
        process.once('SIGTERM', () => resolve())
      }),
  }
}
