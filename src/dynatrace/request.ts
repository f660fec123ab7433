/**
 * The one function through which every call to the account API leaves: a bounded number in flight, the
 * token taken at the last moment, retries, decoding, and a record of how it ended.
 */
import type { z } from 'zod'
import type { Clock } from '../lib/clock.ts'
import type { Semaphore } from '../lib/semaphore.ts'
import type { CallLog, OpenCall } from './call-log.ts'
import { decode, expectNoPage } from './decode.ts'
import type { CallContext } from './dynatrace.ts'
import { failed, malformed } from './failure.ts'
import { type Reading, readItems } from './item-reader.ts'
import { mask } from './mask.ts'
import { type Persistence, persist } from './persist.ts'
import type { Tokens } from './token.ts'
import type { Exchange, Method, Take, Transport } from './transport.ts'
import { UpstreamError } from './upstream-error.ts'

export interface Call {
  /** Our name for it, e.g. `users.invite`. */
  readonly operation: string
  readonly method: Method
  /** Encoded path, see `path.ts`. */
  readonly path: string
  readonly query?: readonly (readonly [name: string, value: string])[]
  /** Sent as JSON. */
  readonly body?: unknown
}

/** Calls made in one context. All throw `UpstreamError`. */
export interface Requests {
  /** A call whose answer is wanted. */
  ask<T>(call: Call, schema: z.ZodType<T>): Promise<T>
  /** Likewise, where 404 says that there is no such thing. */
  find<T>(call: Call, schema: z.ZodType<T>): Promise<T | undefined>
  /** A call whose answer is the envelope of a list, read item by item while it arrives. */
  list<T>(call: Call, item: z.ZodType<T>): Promise<readonly T[]>
  /** Likewise, where 404 says that there is no such thing. */
  findList<T>(call: Call, item: z.ZodType<T>): Promise<readonly T[] | undefined>
  /** A call that is answered without content. */
  tell(call: Call): Promise<void>
  /** Likewise, where 404 says that it is done already. */
  discard(call: Call): Promise<void>
}

export interface RequestParts {
  readonly apiUrl: string
  readonly clientSecret: string
  readonly transport: Transport
  readonly tokens: Tokens
  readonly slots: Semaphore
  readonly persistence: Persistence
  readonly calls: CallLog
  readonly clock: Clock
  readonly closing: AbortSignal
}

type Sent = Call & { readonly take?: Take }
type Answer = Extract<Exchange, { kind: 'answer' }>

export function requests(parts: RequestParts, context: CallContext): Requests {
  const { slots } = parts
  return {
    ask: (call, schema) =>
      slots(() => send(parts, context, call, answer => decode(call.operation, answer, schema))),
    find: (call, schema) =>
      slots(() => send(parts, context, call, answer => decode(call.operation, answer, schema), missing)),
    list: (call, item) => {
      const { take, read } = itemsOf(call.operation, item)
      return slots(() => send(parts, context, { ...call, take }, read))
    },
    findList: (call, item) => {
      const { take, read } = itemsOf(call.operation, item)
      return slots(() => send(parts, context, { ...call, take }, read, missing))
    },
    tell: call => slots(() => send(parts, context, call, answer => expectNoPage(call.operation, answer))),
    discard: call =>
      slots(() => send(parts, context, call, answer => expectNoPage(call.operation, answer), missing)),
  }
}

const missing = (): undefined => undefined

/** The two halves of reading a list: what takes its body, anew for every try, and what tells the outcome. */
function itemsOf<T>(operation: string, item: z.ZodType<T>) {
  let reading: Reading<T> = { kind: 'malformed', why: 'it was not read' }
  const take: Take = async (pieces, status) => {
    reading = await readItems(pieces, item, status)
  }
  const read = ({ status }: Answer): readonly T[] => {
    if (reading.kind === 'malformed') throw malformed(operation, status, reading.why)
    return reading.items
  }
  return { take, read }
}

/** Sends a call and reads its answer with `read`; `onMissing`, where given, answers for a 404. */
async function send<T, M = never>(
  parts: RequestParts,
  context: CallContext,
  call: Sent,
  read: (answer: Answer) => T,
  onMissing?: () => M,
): Promise<T | M> {
  const { operation, method, path } = call
  const open = parts.calls.open({ operation, method, path }, context)
  let status: number | undefined
  try {
    const exchange = await deliver(parts, context, call, open)
    status = exchange.status
    if (exchange.kind === 'answer' && status !== undefined && status >= 200 && status < 300) {
      const result = read(exchange)
      open.ended(status, undefined)
      return result
    }
    const error = failed(operation, exchange)
    if (error.failure !== 'not-found' || onMissing === undefined) throw error
    open.ended(status, undefined)
    return onMissing()
  } catch (error) {
    open.ended(status, error)
    throw error
  }
}

async function deliver(
  parts: RequestParts,
  context: CallContext,
  call: Sent,
  open: OpenCall,
): Promise<Exchange> {
  const { apiUrl, clientSecret, transport, tokens, persistence, clock, closing } = parts
  let renewed = false
  let mayHaveArrived = false
  const sendOnce = async (): Promise<Exchange> => {
    const token = await tokens.take(context).catch((error: unknown) => {
      throw mayHaveArrived && error instanceof UpstreamError ? withSent(error) : error
    })
    const startedAt = clock.now()
    const exchange = await transport.exchange({
      method: call.method,
      base: apiUrl,
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
  return await persist({ send: sendOnce, repeatable: call.method !== 'POST', persistence, clock, closing })
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
