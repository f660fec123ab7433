/** What is told of calls: attempts to the log, finished calls to whoever records them, the sum to health checks. */
import type { Clock } from '../lib/clock.ts'
import { messageOf } from '../lib/errors.ts'
import { shortId } from '../lib/ids.ts'
import type { Log } from '../lib/log.ts'
import type { CallContext, CallRecord, DynatraceStatus } from './dynatrace.ts'
import { mask } from './mask.ts'
import type { Exchange, Method } from './transport.ts'
import { UpstreamError } from './upstream-error.ts'

type Answer = Extract<Exchange, { kind: 'answer' }>

interface CallName {
  readonly operation: string
  readonly method: Method
  /** Path with ids but without query. */
  readonly path: string
  readonly environment: string | undefined
}

type CallStatus = Pick<DynatraceStatus, 'lastSuccessAt' | 'lastFailureAt' | 'failure'>

/** One call from its first attempt to its end. */
export interface OpenCall {
  attempted(exchange: Exchange, startedAt: Date): void
  /** To be called once, if it was attempted at all. */
  ended(status: number | undefined, error: unknown): void
}

export interface CallLog {
  open(name: CallName, context: CallContext): OpenCall
  status(): CallStatus
}

export function callLog(options: {
  readonly clock: Clock
  readonly log: Log
  readonly onCall: ((record: CallRecord) => void) | undefined
}): CallLog {
  const { clock, log, onCall } = options
  let status: CallStatus = { lastSuccessAt: undefined, lastFailureAt: undefined, failure: undefined }
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
      const id = shortId('call', 8)
      let firstAt: Date | undefined
      let upstreamId: string | undefined
      let attempts = 0
      return {
        attempted: (exchange, startedAt) => {
          attempts += 1
          firstAt ??= startedAt
          upstreamId = exchange.kind === 'lost' ? upstreamId : idIn(exchange.headers)
          const { status, reason } = exchange.kind === 'lost' ? exchange : { ...exchange, reason: undefined }
          const ms = clock.now().getTime() - startedAt.getTime()
          log.debug(
            { ...context, call: id, ...name, attempt: attempts, status, reason, ms },
            'Dynatrace call',
          )
        },
        ended: (status, error) => {
          if (firstAt === undefined) return
          note(error)
          const startedAt = firstAt.toISOString()
          const durationMs = clock.now().getTime() - firstAt.getTime()
          const outcome = outcomeOf(error)
          const problem = error === undefined ? undefined : messageOf(error)
          const ending = { status, outcome, attempts, durationMs, upstreamId, problem }
          try {
            onCall?.({ id, startedAt, ...name, ...ending, context })
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

/** Headers in which answers name themselves, the most telling first; none is documented. */
const ID_HEADERS = ['x-request-id', 'x-correlation-id', 'x-trace-id', 'traceresponse', 'traceparent']

function idIn(headers: Answer['headers']): string | undefined {
  const found = ID_HEADERS.map(name => headers[name]).find(value => value !== undefined)
  const id = (Array.isArray(found) ? found[0] : found)?.trim()
  return id !== undefined && /^[\w.:-]{1,128}$/.test(id) ? mask(id, []) : undefined
}

/** Dynatrace is reachable and accepts us when it says no to one particular thing. */
function isNoFaultOfTheConnection(error: unknown): boolean {
  return outcomeOf(error) === 'rejected' && error instanceof UpstreamError && error.failure !== 'unauthorized'
}

function outcomeOf(error: unknown): CallRecord['outcome'] {
  if (error === undefined) return 'ok'
  return error instanceof UpstreamError && !error.retryable ? 'rejected' : 'unavailable'
}
