/** One call from its turn in the queue to its last answer: a token taken at the last moment, repetitions, masked text. */
import type { Clock } from '../lib/clock.ts'
import { BridgeError } from '../lib/errors.ts'
import type { Passage } from './breaker.ts'
import type { Breakers } from './breakers.ts'
import type { Call } from './call.ts'
import type { CallLog, OpenCall } from './call-log.ts'
import type { CallContext } from './dynatrace.ts'
import type { Limiter } from './limiter.ts'
import { mask } from './mask.ts'
import { type Persistence, persist } from './persist.ts'
import type { Tokens } from './token.ts'
import type { Exchange, Take, Transport } from './transport.ts'
import { UpstreamError } from './upstream-error.ts'

/** With what takes the body of its answer, where that is not wanted as text. */
export type Outbound = Call & { readonly take?: Take }

type Answer = Extract<Exchange, { kind: 'answer' }>

export interface DeliveryParts {
  readonly accountId: string
  readonly apiUrl: string
  /** With `{id}` where the id of the environment goes. */
  readonly environmentUrl: string
  readonly clientSecret: string
  readonly transport: Transport
  readonly tokens: Tokens
  readonly limiter: Limiter
  readonly breakers: Breakers
  readonly persistence: Persistence
  readonly calls: CallLog
  readonly clock: Clock
  readonly closing: AbortSignal
}

/**
 * Gives the last outcome, its text without secrets. Throws `UpstreamError` when there is no token for it, and when nobody
 * is called at present because nobody answers.
 */
export async function deliver(
  parts: DeliveryParts,
  context: CallContext,
  call: Outbound,
  { open, passage }: { readonly open: OpenCall; readonly passage: Passage },
): Promise<Exchange> {
  const { clientSecret, transport, tokens, limiter, persistence, clock, closing } = parts
  const use = { grant: call.grant ?? 'account', environment: call.environment } as const
  const base = baseOf(parts, call)
  let renewed = false
  let mayHaveArrived = false
  let last: Exchange | undefined
  let refused = false
  const sendOnce = async (): Promise<Exchange> => {
    const token = await tokens
      .take(use, { context, mayRepeat: passage.mayRepeat })
      .catch((error: unknown) => {
        throw mayHaveArrived && error instanceof UpstreamError ? withSent(error) : error
      })
    const startedAt = clock.now()
    const exchange = await transport.exchange({
      method: call.method,
      base,
      target: call.path + queryText(call.query ?? []),
      headers: headers(token, call.body !== undefined),
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
      ...(call.take === undefined ? {} : { take: call.take }),
    })
    open.attempted(exchange, startedAt)
    mayHaveArrived ||= exchange.kind === 'lost' ? exchange.sent : exchange.status >= 500
    if (exchange.kind === 'lost') return { ...exchange, sent: mayHaveArrived }
    if (exchange.status === 401 && !renewed) {
      // Refused before anything was done, so that even a POST may be repeated with a new token.
      renewed = true
      tokens.drop(token)
      return await sendOnce()
    }
    return isSuccess(exchange) ? exchange : { ...exchange, text: mask(exchange.text, [clientSecret, token]) }
  }
  const inTurn = async (): Promise<Exchange> => {
    try {
      last = await limiter.send(async () => {
        refused = true
        passage.enter()
        refused = false
        return await sendOnce()
      })
      return last
    } catch (error) {
      // A repetition that is not let out any more leaves the outcome of the try before.
      if (refused && last !== undefined) return last
      throw error
    }
  }
  const mayRepeat = () => !refused && passage.mayRepeat()
  const repeatable = call.method !== 'POST'
  return await persist({ send: inTurn, repeatable, mayRepeat, persistence, clock, closing })
}

function baseOf({ apiUrl, environmentUrl }: DeliveryParts, { environment }: Call): string {
  if (environment === undefined) return apiUrl
  // An id is part of a host name: anything else could send the token somewhere else.
  if (/^[a-z0-9-]+$/i.test(environment)) return environmentUrl.replaceAll('{id}', environment)
  throw new BridgeError(
    'dynatrace-bad-id',
    `"${environment}" is no id of an environment: it has letters, digits and hyphens only, like abc12345.`,
  )
}

/** The same failure of a repetition, when an earlier try may have taken effect. */
function withSent({ failure, operation, message, status }: UpstreamError): UpstreamError {
  return new UpstreamError(failure, operation, message, { status, sent: true })
}

function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300
}

function headers(token: string, hasBody: boolean): Readonly<Record<string, string>> {
  return {
    accept: 'application/json',
    authorization: `Bearer ${token}`,
    'user-agent': 'dynatrace-scim-bridge',
    ...(hasBody ? { 'content-type': 'application/json' } : {}),
  }
}

function queryText(query: readonly (readonly [string, string])[]): string {
  const pairs = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}
