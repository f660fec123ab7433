/** The bridge's SCIM endpoint as one identity provider uses it: its headers, and each exchange told. */
import { request } from 'undici'
import { z } from 'zod'
import { messageOf } from '../../lib/errors.ts'
import { CliError } from '../cli-error.ts'
import type { Connection } from '../connection.ts'
import type { Narrator } from './narrator.ts'
import { operationsText, targetText } from './wire-text.ts'

export interface PatchOperation {
  readonly op: string
  readonly path?: string
  readonly value?: unknown
}

export interface Resource {
  readonly id: string
}

/** For the reader. */
export interface Asking {
  /** Whom or what the exchange concerns. */
  readonly about?: string
  readonly note?: string
}

export interface ScimSession {
  /** The first resource of a list. */
  find(path: string, asking?: Asking): Promise<Resource | undefined>
  create(path: string, body: object, asking?: Asking): Promise<Resource>
  patch(path: string, operations: readonly PatchOperation[], asking?: Asking): Promise<void>
  remove(path: string, asking?: Asking): Promise<void>
}

const resource = z.object({ id: z.string() })
const list = z.object({ totalResults: z.number(), Resources: z.array(resource).default([]) })
const scimError = z.object({ detail: z.string() })

const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
const PATIENCE_MS = 10_000

export function scimSession(parts: {
  readonly connection: Connection
  readonly who: string
  readonly headers: Readonly<Record<string, string>>
  /** Nothing is told without one. */
  readonly narrator: Narrator | undefined
}): ScimSession {
  const { connection, who, headers, narrator } = parts

  async function exchange(
    method: Method,
    path: string,
    { body, about = '', note, sent, read }: Exchange,
  ): Promise<unknown> {
    const { status, text } = await send(method, path, body)
    const answer: unknown = text === '' ? undefined : JSON.parse(text)
    const ok = status >= 200 && status < 300
    const told = note ?? (ok ? read?.(answer) : undefined) ?? ''
    narrator?.exchange({ who, method, target: targetText(path), about, status, note: told, sent })
    if (ok) return answer
    if (status === 401) {
      throw new CliError(
        'unauthorized',
        `The bridge at ${connection.url} refuses the SCIM token from ${connection.tokenSource}. Run the demo where the bridge keeps its data.`,
      )
    }
    const { data } = scimError.safeParse(answer)
    throw new CliError(
      'demo-refused',
      `${who} → ${method} ${targetText(path)}: ${status} ${data?.detail ?? ''}`,
    )
  }

  async function send(method: Method, path: string, body: object | undefined) {
    const answer = await request(`${connection.url}/scim/v2${path}`, {
      method,
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: {
        ...headers,
        authorization: `Bearer ${connection.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/scim+json; charset=utf-8' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      throw new CliError(
        'unreachable',
        `The bridge at ${connection.url} has stopped answering: ${messageOf(error)}`,
      )
    })
    return { status: answer.statusCode, text: await answer.body.text() }
  }

  return {
    async find(path, asking) {
      const answer = await exchange('GET', path, { ...asking, read: answer => foundText(list.parse(answer)) })
      return list.parse(answer).Resources[0]
    },
    create: async (path, body, asking) => resource.parse(await exchange('POST', path, { ...asking, body })),
    async patch(path, operations, asking) {
      const body = { schemas: [PATCH_SCHEMA], Operations: operations }
      await exchange('PATCH', path, { ...asking, body, sent: operationsText(operations) })
    },
    async remove(path, asking) {
      await exchange('DELETE', path, { ...asking })
    },
  }
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

interface Exchange extends Asking {
  readonly body?: object
  readonly sent?: string
  /** The note, when only the answer gives it. */
  readonly read?: (answer: unknown) => string
}

const foundText = ({ totalResults }: z.output<typeof list>): string =>
  totalResults === 0 ? 'none' : `${totalResults} found`
