/** The one function through which every call leaves: sent, its answer read, and a record kept of how it ended. */
import type { z } from 'zod'
import type { Call } from './call.ts'
import { decode, expectNoPage } from './decode.ts'
import { type DeliveryParts, deliver, type Outbound } from './delivery.ts'
import type { CallContext } from './dynatrace.ts'
import { failed, malformed } from './failure.ts'
import type { Caller } from './failure-remedy.ts'
import { type Reading, readItems } from './item-reader.ts'
import type { Exchange, Take } from './transport.ts'

export type { Call } from './call.ts'

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

type Answer = Extract<Exchange, { kind: 'answer' }>

export function requests(parts: DeliveryParts, context: CallContext): Requests {
  return {
    ask: (call, schema) => send(parts, context, call, answer => decode(call.operation, answer, schema)),
    find: (call, schema) =>
      send(parts, context, call, answer => decode(call.operation, answer, schema), missing),
    list: (call, item) => {
      const { take, read } = itemsOf(call.operation, item)
      return send(parts, context, { ...call, take }, read)
    },
    findList: (call, item) => {
      const { take, read } = itemsOf(call.operation, item)
      return send(parts, context, { ...call, take }, read, missing)
    },
    tell: call => send(parts, context, call, answer => expectNoPage(call.operation, answer)),
    discard: call => send(parts, context, call, answer => expectNoPage(call.operation, answer), missing),
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

function callerOf({ accountId, tokens }: DeliveryParts, call: Call, mustBe: boolean): Caller {
  return {
    accountId,
    subject: tokens.subject(),
    grant: call.grant ?? 'account',
    environment: call.environment,
    readsWhatMustBe: mustBe && call.method === 'GET' && call.environment === undefined,
  }
}

/** Sends a call and reads its answer with `read`; `onMissing`, where given, answers for a 404. */
async function send<T, M = never>(
  parts: DeliveryParts,
  context: CallContext,
  call: Outbound,
  read: (answer: Answer) => T,
  onMissing?: () => M,
): Promise<T | M> {
  const { operation, method, path, environment } = call
  const host = parts.breakers.of(environment)
  host.check(operation)
  const open = parts.calls.open({ operation, method, path, environment }, context)
  const passage = host.begin(operation)
  let status: number | undefined
  const end = (error: unknown) => {
    passage.ended(error)
    open.ended(status, error)
  }
  try {
    const exchange = await deliver(parts, context, call, { open, passage })
    status = exchange.status
    if (exchange.kind === 'answer' && status !== undefined && status >= 200 && status < 300) {
      const result = read(exchange)
      end(undefined)
      return result
    }
    const error = failed(operation, exchange, callerOf(parts, call, onMissing === undefined))
    if (error.failure !== 'not-found' || onMissing === undefined) throw error
    end(undefined)
    return onMissing()
  } catch (error) {
    end(error)
    throw error
  }
}
