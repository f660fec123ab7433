/** Keeps the circuit of one host: asked before every try, told of every end. */
import type { Clock } from '../lib/clock.ts'
import { messageOf } from '../lib/errors.ts'
import type { Log } from '../lib/log.ts'
import {
  type Circuit,
  type CircuitLimits,
  ended,
  newCircuit,
  type Pass,
  passFor,
  wentOut,
} from './circuit.ts'
import type { Repetitions } from './repetitions.ts'
import { UpstreamError } from './upstream-error.ts'

export interface Breaker {
  /** Throws `UpstreamError` `unavailable` that says since when and until when, while no call would be let out. */
  check(operation: string): void
  /** One call, from its first try to its end. */
  begin(operation: string): Passage
  status(): BreakerStatus
}

export interface Passage {
  /** To be asked before every try. Throws as `check` does. */
  enter(): void
  /** Whether the call may be repeated; takes the repetition from the budget. */
  mayRepeat(): boolean
  /** To be called once; `error`: what the caller gets, undefined after success. */
  ended(error: unknown): void
}

export interface BreakerStatus {
  readonly circuit: Circuit['kind']
  /** ISO 8601, when the next probe is let out; undefined unless open. */
  readonly opensUntil: string | undefined
}

export function breaker(options: {
  readonly limits: CircuitLimits
  readonly clock: Clock
  readonly log: Log
  readonly repetitions: Repetitions
  /** Id of the environment whose host it is; undefined: that of the account. */
  readonly environment: string | undefined
}): Breaker {
  const { limits, clock, log, repetitions, environment } = options
  const host = environment === undefined ? 'Dynatrace' : `Environment ${environment}`
  let circuit = newCircuit
  const now = () => clock.now().getTime()

  const become = (next: Circuit) => {
    if (next.kind === 'open' && circuit.kind === 'closed') {
      const fields = { environment, since: iso(next.since), until: iso(next.until), problem: next.why }
      log.warn(fields, `${host} does not answer: calls pause`)
    }
    if (next.kind === 'closed' && circuit.kind !== 'closed')
      log.info({ environment }, `${host} answers again`)
    circuit = next
  }

  const check = (operation: string): Pass => {
    const pass = passFor(circuit, now())
    if (pass === undefined) throw refusal(operation, circuit, host)
    return pass
  }

  return {
    check,
    begin(operation) {
      const startedAt = now()
      let pass: Pass | undefined
      return {
        enter() {
          // A probe is one try, with whatever it needs to get there.
          if (pass === 'probe') return
          const first = pass === undefined
          pass = check(operation)
          if (first) repetitions.earn()
          become(wentOut(circuit, pass))
        },
        mayRepeat: () => pass === 'call' && circuit.kind === 'closed' && repetitions.take(),
        ended(error) {
          if (pass === undefined) return
          const ending = { outcome: outcomeOf(error), pass, startedAt, at: now(), why: messageOf(error) }
          become(ended(circuit, ending, limits))
        },
      }
    },
    status: () => ({
      circuit: circuit.kind,
      opensUntil: circuit.kind === 'open' ? iso(circuit.until) : undefined,
    }),
  }
}

function outcomeOf(error: unknown): 'answered' | 'unavailable' | 'unclear' {
  if (error === undefined) return 'answered'
  if (!(error instanceof UpstreamError) || error.failure === 'malformed') return 'unclear'
  return error.failure === 'unavailable' ? 'unavailable' : 'answered'
}

function refusal(operation: string, circuit: Circuit, host: string): UpstreamError {
  const said =
    circuit.kind === 'closed'
      ? `${host} does not answer.`
      : `${host} has not answered since ${iso(circuit.since)}. ${
          circuit.kind === 'open' ? `It is tried again at ${iso(circuit.until)}` : 'It is being tried now'
        }. The last call: ${circuit.why}`
  return new UpstreamError('unavailable', operation, `${operation} was not sent: ${said}`, { sent: false })
}

const iso = (instant: number): string => new Date(instant).toISOString()
