/**
 * One circuit for each host: an environment that is down must not stop what is done in the account, nor the other way
 * round. Single sign-on counts for whichever host the token was wanted for.
 */
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { type Breaker, type BreakerStatus, breaker } from './breaker.ts'
import type { CircuitLimits } from './circuit.ts'
import type { DynatraceStatus } from './dynatrace.ts'
import type { Repetitions } from './repetitions.ts'

export interface Breakers {
  /** For calls to an environment by its id; undefined: to the account. */
  of(environment: string | undefined): Breaker
  status(): BreakerStatus & Pick<DynatraceStatus, 'pausedEnvironments'>
}

export function breakers(options: {
  readonly limits: CircuitLimits
  readonly clock: Clock
  readonly log: Log
  readonly repetitions: Repetitions
}): Breakers {
  const account = breaker({ ...options, environment: undefined })
  const environments = new Map<string, Breaker>()
  return {
    of(environment) {
      if (environment === undefined) return account
      const known = environments.get(environment) ?? breaker({ ...options, environment })
      environments.set(environment, known)
      return known
    },
    status: () => ({
      ...account.status(),
      pausedEnvironments: [...environments].flatMap(([id, { status }]) => {
        const { circuit, opensUntil } = status()
        return circuit === 'closed' ? [] : [{ id, opensUntil }]
      }),
    }),
  }
}
