/** One HTTP exchange, sent once: what came back, or what is known when nothing did. */
import { Agent } from 'undici'
import { messageOf } from '../lib/errors.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

interface Outgoing {
  readonly method: Method
  /** Base address, e.g. `https://api.dynatrace.com`. */
  readonly base: string
  /** Encoded path with query. */
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** Takes the body of a success as it arrives; the answer has no text then. */
  readonly take?: Take
}

export type Take = (pieces: AsyncIterable<Uint8Array>, status: number) => Promise<void>

export type Exchange =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers: Readonly<Record<string, string | string[] | undefined>>
      readonly text: string
    }
  | {
      /** No complete answer. */
      readonly kind: 'lost'
      readonly reason: string
      /** False when no byte of it can have arrived. */
      readonly sent: boolean
      /** Of an answer that broke off in its body. */
      readonly status: number | undefined
    }

/** Milliseconds. */
export interface Timeouts {
  readonly connect: number
  /** From the end of the request to the first byte of the answer. */
  readonly headers: number
  /** Between two pieces of the answer. */
  readonly body: number
  /** All of it. Lists of large accounts come whole, so this is long. */
  readonly total: number
}

export interface Transport {
  /** Never rejects. */
  exchange(outgoing: Outgoing): Promise<Exchange>
  /** Breaks off what is in flight. */
  close(): Promise<void>
}

/** The largest answer that is read: a full account has lists of tens of megabytes. */
const LARGEST_ANSWER = 256 * 1024 * 1024

/**
 * Failures to connect: whatever was to be sent was not. `UND_ERR_DESTROYED` is not among them: it also
 * ends what was in flight when the connection was closed.
 */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_CLOSED',
])

export function transport(options: { readonly timeouts: Timeouts; readonly connections: number }): Transport {
  const { timeouts, connections } = options
  const agent = new Agent({
    connections,
    connect: { timeout: timeouts.connect },
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.body,
    maxResponseSize: LARGEST_ANSWER,
    // Over HTTP/1.1 a broken connection costs one answer; over HTTP/2 it would cost everybody's.
    allowH2: false,
  })
  return {
    exchange: outgoing => exchange(agent, timeouts, outgoing),
    close: () => agent.destroy(),
  }
}

async function exchange(agent: Agent, timeouts: Timeouts, outgoing: Outgoing): Promise<Exchange> {
  let status: number | undefined
  try {
    const { origin, pathname } = new URL(outgoing.base)
    const answer = await agent.request({
      origin,
      path: pathname.replace(/\/+$/, '') + outgoing.target,
      method: outgoing.method,
      headers: outgoing.headers,
      body: outgoing.body ?? null,
      signal: AbortSignal.timeout(timeouts.total),
    })
    status = answer.statusCode
    const { take } = outgoing
    if (take !== undefined && status >= 200 && status < 300) {
      await take(answer.body, status)
      return { kind: 'answer', status, headers: answer.headers, text: '' }
    }
    const text = await answer.body.text()
    return { kind: 'answer', status, headers: answer.headers, text }
  } catch (error) {
    const code = codeOf(error)
    const reason =
      code === undefined || messageOf(error).includes(code)
        ? messageOf(error)
        : `${messageOf(error)} (${code})`
    return { kind: 'lost', reason, sent: code === undefined || !NEVER_SENT.has(code), status }
  }
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
