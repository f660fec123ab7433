/** What holds for every answer of the SCIM server, whatever was asked. */
import type { Answer, SentRequest } from './wire.ts'

const SLOW_MS = 3_000
const errorSchema = 'urn:ietf:params:scim:api:messages:2.0:Error'

/** What is wrong with an answer; undefined when nothing is. */
export function wrongWith(request: SentRequest, answer: Answer): string | undefined {
  if (answer.ms > SLOW_MS) return `took ${Math.round(answer.ms)} ms`
  if (answer.status >= 500 && answer.status !== 501) return `status ${answer.status}`
  if (answer.status === 501 && !isUnsupported(request.url)) return 'status 501 for what is supported'
  if (answer.status === 204 || answer.status === 304 || request.method === 'HEAD') {
    return answer.body === '' ? undefined : 'a body where there is none'
  }
  if (!/^application\/scim\+json(?:;|$)/.test(answer.type)) return `content type ${answer.type || 'none'}`
  const body = readObject(answer.body)
  if (body === undefined) return 'the body is no JSON object'
  if (!Array.isArray(body.schemas) || body.schemas.length === 0) return 'schemas are missing'
  return answer.status < 400 ? undefined : wrongWithError(answer.status, body)
}

function wrongWithError(status: number, body: Readonly<Record<string, unknown>>): string | undefined {
  if (!(body.schemas as unknown[]).includes(errorSchema)) return 'an error without the error schema'
  if (body.status !== String(status))
    return `status ${JSON.stringify(body.status)} in the body of a ${status}`
  if (typeof body.detail !== 'string' || body.detail === '') return 'an error without detail'
  if (body.detail.length > 30_000) return 'an endless detail'
  if (body.scimType === undefined) return undefined
  const expected = body.scimType === 'uniqueness' ? 409 : 400
  return status === expected ? undefined : `${JSON.stringify(body.scimType)} with ${status}`
}

/** `Object.prototype` and its kin, as they were when the module was loaded. */
const prototypes = [Object.prototype, Array.prototype, Function.prototype, String.prototype]
const before = prototypes.map(prototype => Reflect.ownKeys(prototype).length)

export const isPolluted = (): boolean =>
  prototypes.some((prototype, at) => Reflect.ownKeys(prototype).length !== before[at])

/** The alias of the user who asks (RFC 7644 §3.11). */
function isUnsupported(url: string): boolean {
  return /^\/scim\/v2\/+Me\/*(?:\?|$)/.test(decoded(url))
}

/** Like a router reads it; text that cannot be decoded stays. */
export function decoded(url: string): string {
  const [path = '', query] = url.split(/\?(.*)/s)
  try {
    return decodeURIComponent(path) + (query === undefined ? '' : '?')
  } catch {
    return path
  }
}

function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
