/** Reads queries and bodies as environment API v2 does: what does not fit is a violated constraint. */
import type { z } from 'zod'
import { ConstraintViolation } from '../environment-error.ts'
import { environmentTime, instant } from '../instant.ts'
import { type PageKey, readPageKey } from '../page-key.ts'
import { type Query, single } from './body.ts'

/** The parameters of a first call, or of the call a `nextPageKey` continues. The key must come alone. */
export function pagedQuery(query: Query, known: readonly string[]): PageKey {
  const key = single(query.nextPageKey)
  const given = Object.keys(query).filter(name => name !== 'nextPageKey')
  if (key !== undefined) {
    const [other] = given
    if (other !== undefined) throw violation(other, 'must be left out when nextPageKey is given')
    const read = readPageKey(key)
    if (read === undefined) throw violation('nextPageKey', 'is not valid')
    return read
  }
  const entries = given
    .filter(name => known.includes(name))
    .map((name): [string, string] => [name, single(query[name]) ?? ''])
  return { offset: 0, query: Object.fromEntries(entries) }
}

/** A number within limits. */
export function ranged(
  query: PageKey['query'],
  name: string,
  { min, max, fallback }: { readonly min: number; readonly max: number; readonly fallback: number },
): number {
  const text = query[name]
  if (text === undefined) return fallback
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < min || number > max) {
    throw violation(name, `must be a number from ${min} to ${max}`)
  }
  return number
}

/** A time in ISO 8601, in milliseconds since 1970, or such as `now-2w`. */
export function timeOf(query: PageKey['query'], name: string, now: Date): Date | undefined {
  const text = query[name]
  if (text === undefined) return undefined
  const time = instant(text, now, environmentTime)
  if (time === undefined) throw violation(name, `${text} is not a time`)
  return time
}

/** The body as this schema. */
export function readPayload<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new ConstraintViolation('PAYLOAD_BODY', issue?.path.join('.') ?? '', issue?.message ?? 'is not valid')
}

const violation = (name: string, reason: string) => new ConstraintViolation('QUERY', name, reason)
