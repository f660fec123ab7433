import { randomBytes, randomUUID } from 'node:crypto'

/** A new SCIM resource id: opaque, stable, never reassigned (RFC 7643 §3.1). */
export const newId = (): string => randomUUID()

/** A short id a person can read aloud, such as `run-4f9c21ab07`. */
export const shortId = (prefix: string): string => `${prefix}-${randomBytes(5).toString('hex')}`
