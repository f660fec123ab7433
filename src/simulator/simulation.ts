/** The running parts that routes share. The account is replaced as a whole when it is seeded anew. */
import type { FastifyRequest } from 'fastify'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { useSwitches } from './account/use-switches.ts'
import type { Account } from './account.ts'
import type { Actor } from './audit.ts'
import type { Calls } from './calls.ts'
import { type Client, clientId, initialClient } from './client.ts'
import { usualLagMs } from './fault.ts'
import type { Faults } from './faults.ts'
import { createLag, type Lag, type Read } from './lag.ts'
import type { Switches } from './switches.ts'
import type { Tokens } from './tokens.ts'

export interface Simulation {
  /** Another account that takes its place gets the switches, and nothing of what was reaches its readers. */
  account: Account
  /** Throws the 400s of `useSwitches`. */
  switches: Switches
  client: Client
  readonly lag: Lag
  readonly clock: Clock
  readonly log: Log
  readonly tokens: Tokens
  readonly calls: Calls
  readonly faults: Faults
  /** Writes the state file and gives its path. Absent: there is none. */
  save?: () => Promise<string>
}

/** Puts the running parts together. */
export function createSimulation(parts: Omit<Simulation, 'client' | 'lag'>): Simulation {
  const lag = createLag(parts.clock)
  let { account } = parts
  useSwitches(account, parts.switches)
  return {
    ...parts,
    client: initialClient,
    lag,
    get account() {
      return account
    },
    set account(next) {
      useSwitches(next, account.switches)
      account = next
      lag.forget()
    },
    get switches() {
      return account.switches
    },
    set switches(next) {
      useSwitches(account, next)
    },
  }
}

/** The account as a read of this kind sees it now: some reads lag, by a switch or by a fault. */
export function accountSeen(simulation: Simulation, read: Read, { lateFault }: FastifyRequest): Account {
  const faultLag = lateFault?.fault === 'lagging-read' ? (lateFault.lagMs ?? usualLagMs) : undefined
  return simulation.lag.seen(simulation.account, read, faultLag)
}

/** Who the account sees behind a call of the API: the client, acting as its subject user. */
export const callerOf = (simulation: Simulation): Actor => ({
  kind: 'client',
  clientId,
  subject: simulation.account.subjectEmail,
})
