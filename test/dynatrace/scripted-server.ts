/** A server that answers as a test tells it to, and remembers what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type ConnectOptions, connectDynatrace } from '../../src/dynatrace/client.ts'
import type { CallRecord, Dynatrace, DynatraceConnection } from '../../src/dynatrace/dynatrace.ts'
import type { Clock } from '../../src/lib/clock.ts'
import type { Log } from '../../src/lib/log.ts'

interface Seen {
  readonly method: string
  /** As on the wire, without query. */
  readonly path: string
  /** As on the wire, without `?`. */
  readonly query: string
  readonly authorization: string | undefined
  /** JSON where it parses, else the text. */
  readonly body: unknown
}

export type Reply =
  | {
      readonly status: number
      readonly json?: unknown
      readonly text?: string
      readonly headers?: Record<string, string>
    }
  /** Half of an answer, then the connection is cut. */
  | 'cut'
  /** The connection is cut without an answer. */
  | 'drop'
  /** No answer at all. */
  | 'hang'

export type Script = (seen: Seen, index: number) => Reply | Promise<Reply>

export const ACCOUNT = '7f1c2b3a-0000-4000-8000-00000000a001'
export const CLIENT_ID = 'dt0s02.ABCDEFGH'
export const CLIENT_SECRET = `dt0s02.ABCDEFGH.${'S3CRET'.repeat(10)}`
export const CONTEXT = { runId: 'run-1', requestIds: ['req-1', 'req-2'] }

export interface Stage {
  readonly dynatrace: Dynatrace
  readonly connection: DynatraceConnection
  /** Calls to the account API. */
  readonly seen: Seen[]
  readonly tokensAsked: Seen[]
  readonly records: CallRecord[]
  readonly clock: SettableClock
  /** Every log line, as one text. */
  readonly logged: () => string
}

/** Answers calls in the order of `script`, or by it; `sso` likewise for the token endpoint. */
export async function stage(
  t: { teardown(run: () => Promise<void>): void },
  script: Script | readonly Reply[],
  options: Partial<ConnectOptions> & { readonly sso?: Script } = {},
): Promise<Stage> {
  const seen: Seen[] = []
  const tokensAsked: Seen[] = []
  const records: CallRecord[] = []
  const { sso, ...rest } = options
  const answerToken = sso ?? ((_: Seen, index: number) => tokenReply(`token-${index + 1}`))
  const url = await serve(t, async request => {
    if (request.path === '/sso/oauth2/token') {
      tokensAsked.push(request)
      return await answerToken(request, tokensAsked.length - 1)
    }
    seen.push(request)
    const index = seen.length - 1
    if (typeof script === 'function') return await script(request, index)
    return script[index] ?? { status: 599, text: 'The script has ended' }
  })
  const clock = settableClock()
  const lines: string[] = []
  const connection = connectDynatrace({
    accountUuid: ACCOUNT,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    apiUrl: url,
    ssoUrl: url,
    environmentUrl: `${url}/e/{id}`,
    clock,
    log: textLog(lines),
    onCall: record => records.push(record),
    ...rest,
  })
  t.teardown(() => connection.close())
  return {
    dynatrace: connection.with(CONTEXT),
    connection,
    seen,
    tokensAsked,
    records,
    clock,
    logged: () => lines.join('\n'),
  }
}

export function tokenReply(token: string, expiresIn = 300): Reply {
  return { status: 200, json: { access_token: token, expires_in: expiresIn, token_type: 'Bearer' } }
}

export const ok = (json: unknown, status = 200): Reply => ({ status, json })
export const empty = (status: number): Reply => ({ status, text: '' })
export const refusal = (status: number, message: string): Reply => ({
  status,
  json: { error: true, message, payload: null },
})

export interface SettableClock extends Clock {
  advance(ms: number): void
  /** Pauses asked for so far; each ends at once, with the time moved on. */
  readonly slept: number[]
}

export function settableClock(start = Date.parse('2026-11-22T10:00:00Z')): SettableClock {
  let now = start
  const slept: number[] = []
  return {
    slept,
    now: () => new Date(now),
    sleep: async ms => {
      slept.push(ms)
      now += ms
    },
    advance: ms => {
      now += ms
    },
  }
}

function textLog(lines: string[]): Log {
  const write = (fields: object, message: string) => {
    lines.push(`${message} ${JSON.stringify(fields)}`)
  }
  return { debug: write, info: write, warn: write, error: write }
}

async function serve(
  t: { teardown(run: () => Promise<void>): void },
  answer: (seen: Seen) => Promise<Reply>,
): Promise<string> {
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const [path = '', query = ''] = (request.url ?? '').split('?')
    const { method = '', headers } = request
    const body = parse(await textOf(request))
    play(await answer({ method, path, query, authorization: headers.authorization, body }), response)
  }
  const server = createServer((request, response) => {
    handle(request, response).catch(error => response.destroy(error))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return `http://127.0.0.1:${address.port}`
}

function play(reply: Reply, response: ServerResponse): void {
  if (reply === 'hang') return
  if (reply === 'drop') {
    response.destroy()
    return
  }
  if (reply === 'cut') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('{"count":2,"items":[', () => response.destroy())
    return
  }
  const type = reply.json === undefined ? 'text/html' : 'application/json'
  response.writeHead(reply.status, { 'content-type': type, ...reply.headers })
  response.end(reply.json === undefined ? reply.text : JSON.stringify(reply.json))
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString()
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
