/** What the composition root and tests know of a running simulator. `start.ts` makes one. */
import type { SomeSize } from './seed/large.ts'
import type { Seed } from './seed/seed-name.ts'

export interface SimulatorOptions {
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  /** What is in it, unless the state file tells. */
  readonly seed: Seed
  /** Of the seed `large`; what is left out is as much as an account can have. */
  readonly size?: SomeSize
  /** Where the account comes from, once the file is there, and where it is saved: when asked and at `close`. */
  readonly stateFile?: string
  /** Answers to open questions other than the default ones, e.g. `{ emailCase: 'exact' }`: see `changedSwitches`. */
  readonly switches?: Readonly<Record<string, unknown>>
}

export interface RunningSimulator {
  /** e.g. `http://127.0.0.1:8090`: both the API and the SSO base URL. */
  readonly url: string
  readonly accountUuid: string
  readonly clientId: string
  readonly clientSecret: string
  /** Whether the account came from the state file. */
  readonly restored: boolean
  /** Ends it. Saves the state file, if there is one, and rejects with `StateFileError` when that fails. */
  close(): Promise<void>
}
