/** What is told of calls: attempts to the log, finished calls to whoever records them, the sum to health checks. */
import type { Clock } from '../lib/clock.ts'
import { messageOf } from '../lib/errors.ts'
import type { Log } from '../lib/log.ts'
import type { CallContext, CallRecord, DynatraceStatus } from './dynatrace.ts'
import type { Exchange, Method } from './transport.ts'
import { UpstreamError } from './upstream-error.ts'

interface CallName {
  readonly operation: string
  readonly method: Method
  /** Path with ids but without query. */
  readonly path: string
}

/** One call from its first attempt to its end. */
export interface OpenCall {
  attempted(exchange: Exchange, startedAt: Date): void
  /** To be called once, if it was attempted at all. */
  ended(status: number | undefined, error: unknown): void
}

export interface CallLog {
  open(name: CallName, context: CallContext): OpenCall
  status(): DynatraceStatus
}

export function callLog(options: {
  readonly clock: Clock
  readonly log: Log
  readonly onCall: ((record: CallRecord) => void) | undefined
}): CallLog {
  const { clock, log, onCall } = options
  let status: DynatraceStatus = { lastSuccessAt: undefined, lastFailureAt: undefined, failure: undefined }
  const note = (error: unknown) => {
    const at = clock.now().toISOString()
    if (error === undefined || isNoFaultOfTheConnection(error)) {
      status = { ...status, lastSuccessAt: at, failure: undefined }
    } else {
      status = { ...status, lastFailureAt: at, failure: messageOf(error) }
    }
  }
  return {
    status: () => status,
    open: (name, context) => {
      const openedAt = clock.now()
      let attempts = 0
      return {
        attempted: (exchange, startedAt) => {
          attempts += 1
          const { status, reason } = exchange.kind === 'lost' ? exchange : { ...exchange, reason: undefined }
          const ms = clock.now().getTime() - startedAt.getTime()
          log.debug({ ...context, ...name, attempt: attempts, status, reason, ms }, 'Dynatrace call')
        },
        ended: (status, error) => {
          if (attempts === 0) return
          note(error)
          const durationMs = clock.now().getTime() - openedAt.getTime()
          try {
            onCall?.({ ...name, status, outcome: outcomeOf(error), attempts, durationMs, context })
          } catch (thrown) {
            // What was done at Dynatrace stays done, whoever fails to note it.
            log.error(
              { ...context, ...name, problem: messageOf(thrown) },
              'A Dynatrace call was not recorded',
            )
          }
        },
      }
    },
  }
}

/** Dynatrace is reachable and accepts us when it says no to one particular thing. */
function isNoFaultOfTheConnection(error: unknown): boolean {
  return outcomeOf(error) === 'rejected' && error instanceof UpstreamError && error.failure !== 'unauthorized'
}

function outcomeOf(error: unknown): CallRecord['outcome'] {
  if (error === undefined) return 'ok'
  return error instanceof UpstreamError && !error.retryable ? 'rejected' : 'unavailable'
}
