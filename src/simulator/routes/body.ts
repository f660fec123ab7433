/** Reads request bodies and queries the way the API does: leniently, but arrays must be arrays. */
import type { z } from 'zod'
import { badRequest, Rejection } from '../rejection.ts'

/** The body as this schema, or a 400 that names the first member that does not fit. */
export function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue?.path.join('.') ?? ''
  throw badRequest(`${place === '' ? 'Body' : place}: ${issue?.message ?? 'invalid'}`)
}

/** As `read` for bodies that are arrays. The API maps over whatever it gets, and says so when it cannot. */
export function readArray<T>(schema: z.ZodType<T[]>, body: unknown): T[] {
  if (body === null || body === undefined) {
    throw new Rejection(500, `Cannot read properties of ${body} (reading 'map')`)
  }
  if (!Array.isArray(body)) throw new Rejection(500, 'payload.map is not a function')
  return read(schema, body)
}

/** A query value given once, or the first of several. */
export function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value[0] : value
}

/** A query value that may be repeated. */
export function repeated(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}

/** Query parameters of a request: any may be repeated. */
export type Query = Readonly<Record<string, string | string[] | undefined>>

/** A page parameter: at least 1, with a default. */
export function positive(value: string | readonly string[] | undefined, fallback: number): number {
  const number = Number(single(value) ?? fallback)
  if (!Number.isSafeInteger(number) || number < 1) throw badRequest('page and size must be positive numbers')
  return number
}

/** Ids of policies and boundaries in paths must be UUIDs. */
export function uuidIn(path: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(path)) return path
  throw badRequest('Validation failed (uuid is expected)')
}
