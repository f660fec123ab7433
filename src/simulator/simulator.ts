/** What the composition root and tests know of a running simulator. `start.ts` makes one. */
export interface SimulatorOptions {
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  /** `sample`: the account of the demo; `empty`: only the account owner and the built-in things. */
  readonly seed: 'sample' | 'empty'
}

export interface RunningSimulator {
  /** e.g. `http://127.0.0.1:8090`: both the API and the SSO base URL. */
  readonly url: string
  readonly accountUuid: string
  readonly clientId: string
  readonly clientSecret: string
  close(): Promise<void>
}
