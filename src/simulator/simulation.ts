/** The running parts that routes share. The account is replaced as a whole when it is seeded anew. */
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { Account } from './account.ts'
import type { Actor } from './audit.ts'
import type { Calls } from './calls.ts'
import { clientId } from './client.ts'
import type { Faults } from './faults.ts'
import type { Tokens } from './tokens.ts'

export interface Simulation {
  account: Account
  readonly clock: Clock
  readonly log: Log
  readonly tokens: Tokens
  readonly calls: Calls
  readonly faults: Faults
}

/** Who the account sees behind a call of the API: the client, acting as its subject user. */
export const callerOf = (simulation: Simulation): Actor => ({
  kind: 'client',
  clientId,
  subject: simulation.account.subjectEmail,
})
