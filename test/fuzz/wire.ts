/** Sends a `FuzzRequest` over a socket and reads the whole answer. */
import type { Client } from 'undici'
import type { FuzzRequest } from './requests.ts'

export interface SentRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly ms: number
}

interface Known {
  readonly users: readonly string[]
  readonly groups: readonly string[]
}

/** Puts ids that exist in place of the placeholders, and writes the URL. */
export function prepare(request: FuzzRequest, known: Known, token: string): SentRequest {
  let next = request.pick
  const fill = (text: string): string =>
    text.replaceAll(/\{(user|group)\}/g, (_all, kind: string) => {
      const ids = kind === 'user' ? known.users : known.groups
      next += 1
      return ids[next % Math.max(1, ids.length)] ?? 'nobody'
    })
  const query = request.query.map(([name, value]) => {
    return `${encode(name, request.encoding)}=${encode(fill(value), request.encoding)}`
  })
  const path = fill(request.path)
    .split('/')
    .map(part => encode(part, request.encoding))
    .join('/')
  return {
    method: request.method,
    url: `/scim/v2${path}${query.length === 0 ? '' : `?${query.join('&')}`}`,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/scim+json; charset=utf-8',
      ...request.headers,
    },
    body: request.body === undefined ? undefined : fill(request.body),
  }
}

export async function ask(client: Client, { method, url, headers, body }: SentRequest): Promise<Answer> {
  const began = performance.now()
  const answer = await client.request({
    method: method as 'GET',
    path: url,
    headers: { ...headers },
    body: body ?? null,
  })
  const text = await answer.body.text()
  const type = String(answer.headers['content-type'] ?? '')
  return { status: answer.statusCode, type, body: text, ms: performance.now() - began }
}

function encode(text: string, how: FuzzRequest['encoding']): string {
  switch (how) {
    case 'usual':
      return encodeURIComponent(text.toWellFormed())
    case 'all':
      return Buffer.from(text).toString('hex').replaceAll(/../g, '%$&')
    case 'bare':
      // What is left are the bytes that a careless client would send as they are.
      return Buffer.from(text)
        .toString('latin1')
        .replaceAll(/[\0-\x20?#&\x7f]/g, percent)
  }
}

const percent = (character: string): string => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`
