/** The operations API of a running bridge, for commands. Every failure is a `CliError` of one line. */
import { request } from 'undici'
import type { z } from 'zod'
import { errorSchema } from '../http/ops/error-answer.ts'
import { runSchema } from '../http/ops/run-schema.ts'
import type { Run } from '../reconcile/run.ts'
import { CliError } from './cli-error.ts'
import type { Connection } from './connection.ts'
import { type RunEvent, runEvents } from './run-event.ts'

export interface Client {
  readonly url: string
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>>
  /** An answer that is no JSON, as it is. */
  text(path: string): Promise<string>
  /** An answer that may be large, piece by piece as it comes. */
  download(path: string): AsyncIterable<string>
  post<Schema extends z.ZodType>(path: string, body: object, schema: Schema): Promise<z.output<Schema>>
  /** Ends when the bridge ends it, or with the deadline of the client. */
  events(path: string): AsyncIterable<RunEvent>
  getRun(id: string): Promise<Run>
  postRun(path: string, body: object): Promise<Run>
}

/** `timeoutSeconds` is for all calls of this client together, counted from now. */
export function createClient(connection: Connection, timeoutSeconds: number): Client {
  const signal = AbortSignal.timeout(timeoutSeconds * 1000)
  const call = async <Schema extends z.ZodType>(
    method: 'GET' | 'POST',
    path: string,
    body: object | undefined,
    schema: Schema,
  ): Promise<z.output<Schema>> => {
    const url = `${connection.url}${path}`
    const { status, text } = await send(method, url, body, { connection, signal, timeoutSeconds })
    if (status < 200 || status > 299) throw refused(status, text, connection)
    const parsed = schema.safeParse(jsonOf(text))
    if (parsed.success) return parsed.data
    throw notABridge(connection, `${method} ${path} gave an answer this command does not understand`)
  }
  return {
    url: connection.url,
    get: (path, schema) => call('GET', path, undefined, schema),
    async text(path) {
      const { status, text } = await send('GET', `${connection.url}${path}`, undefined, {
        connection,
        signal,
        timeoutSeconds,
      })
      if (status < 200 || status > 299) throw refused(status, text, connection)
      return text
    },
    post: (path, body, schema) => call('POST', path, body, schema),
    download: path => pieces(path, { connection, signal, timeoutSeconds }),
    events: path => runEvents(pieces(path, { connection, signal, timeoutSeconds })),
    getRun: async id =>
      toRun(await call('GET', `/api/v1/reconcile/runs/${encodeURIComponent(id)}`, undefined, runSchema)),
    postRun: async (path, body) => toRun(await call('POST', path, body, runSchema)),
  }
}

interface Sending {
  readonly connection: Connection
  readonly signal: AbortSignal
  readonly timeoutSeconds: number
}

async function send(
  method: 'GET' | 'POST',
  url: string,
  body: object | undefined,
  { connection, signal, timeoutSeconds }: Sending,
): Promise<{ readonly status: number; readonly text: string }> {
  try {
    const answer = await request(url, {
      method,
      signal,
      headers: {
        authorization: `Bearer ${connection.token}`,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: answer.statusCode, text: await answer.body.text() }
  } catch (error) {
    if (signal.aborted) throw tooLate(connection.url, timeoutSeconds)
    throw unreachableBridge(connection.url, error)
  }
}

/** The body of an answer as it comes. */
async function* pieces(path: string, sending: Sending): AsyncGenerator<string> {
  const { connection, signal, timeoutSeconds } = sending
  try {
    const { statusCode, body } = await request(`${connection.url}${path}`, {
      signal,
      // Between two events it may be quiet for as long as the bridge says nothing.
      bodyTimeout: 0,
      headers: { authorization: `Bearer ${connection.token}`, accept: 'text/event-stream, */*' },
    })
    if (statusCode !== 200) throw refused(statusCode, await body.text(), connection)
    body.setEncoding('utf8')
    for await (const piece of body) yield String(piece)
  } catch (error) {
    if (error instanceof CliError) throw error
    if (signal.aborted) throw tooLate(connection.url, timeoutSeconds)
    throw unreachableBridge(connection.url, error)
  }
}

const tooLate = (url: string, seconds: number): CliError =>
  new CliError(
    'timeout',
    `The bridge at ${url} did not finish within ${seconds} seconds. The work goes on there; --timeout waits longer.`,
  )

function unreachableBridge(url: string, error: unknown): CliError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no connection'
  return new CliError(
    'unreachable',
    `No bridge answers at ${url} (${code}). Start one with "scim-bridge serve", or name another with --url.`,
  )
}

function refused(status: number, text: string, connection: Connection): CliError {
  const parsed = errorSchema.safeParse(jsonOf(text))
  if (status === 401) {
    return new CliError(
      'unauthorized',
      `The bridge at ${connection.url} refuses the admin token from ${connection.tokenSource}. It is in admin.token of the bridge's data folder, or what BRIDGE_ADMIN_TOKEN was set to there.`,
    )
  }
  if (!parsed.success)
    return notABridge(connection, `it answered with status ${status} and no error of the bridge`)
  const { code, message, requestId } = parsed.data.error
  return new CliError(code, status < 500 ? message : `${message} (request ${requestId})`)
}

const notABridge = ({ url }: Connection, why: string): CliError =>
  new CliError('not-a-bridge', `What answers at ${url} is not a bridge of this version: ${why}.`)

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** JSON leaves out what is undefined; a `Run` says it. */
const toRun = (run: z.output<typeof runSchema>): Run => ({ ...run, finishedAt: run.finishedAt })
