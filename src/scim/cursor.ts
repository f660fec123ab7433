/**
 * Cursors of RFC 9865: the place behind a page, sealed so that only this service can make one.
 *
 *   base64url( {query, key, id, expires} ) "." base64url( HMAC-SHA-256 of it )
 *
 * A cursor holds a place in the order and no offset, so that what comes and goes meanwhile neither repeats
 * nor hides a resource. Nothing is kept on the server: any replica with the same token opens it.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { sha256 } from '../lib/digest.ts'
import { ScimError } from './error.ts'
import type { Position } from './sort.ts'

/** How long a cursor is good for, in seconds; ServiceProviderConfig says it. */
export const cursorTimeout = 600

export interface Cursors {
  /** A cursor for the query that goes on behind `position`. */
  seal(position: Position, query: string): string
  /**
   * Throws `ScimError` 400: `expiredCursor` for one that is too old, `invalidCursor` for one that is not
   * ours or belongs to another query.
   */
  open(cursor: string, query: string): Position
}

const Content = z.object({
  query: z.string(),
  key: z.union([z.string(), z.number(), z.null()]),
  id: z.string(),
  expires: z.number(),
})

export function cursors(key: Buffer, now: () => Date): Cursors {
  const sign = (text: string): string => createHmac('sha256', key).update(text).digest('base64url')
  return {
    seal(position, query) {
      const expires = now().getTime() + cursorTimeout * 1000
      const content = { query: sha256(query), key: position.key, id: position.id, expires }
      const text = Buffer.from(JSON.stringify(content)).toString('base64url')
      return `${text}.${sign(text)}`
    },
    open(cursor, query) {
      const [text = '', signature = '', ...more] = cursor.split('.')
      const expected = Buffer.from(sign(text))
      const given = Buffer.from(signature)
      if (more.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) {
        throw invalid('The cursor was not issued by this service.')
      }
      const content = Content.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
      if (content.query !== sha256(query)) {
        throw invalid('The cursor belongs to another query: only count may change between pages.')
      }
      if (content.expires <= now().getTime()) {
        throw new ScimError(
          400,
          'expiredCursor',
          `The cursor is older than ${cursorTimeout} seconds: begin again with an empty cursor.`,
        )
      }
      return { key: content.key, id: content.id }
    },
  }
}

/** The key for `cursors`, the same in every replica that has the token, and no way back to the token. */
export const cursorKey = (token: string): Buffer =>
  Buffer.from(hkdfSync('sha256', token, '', 'scim cursor', 32))

const invalid = (reason: string): ScimError =>
  new ScimError(400, 'invalidCursor', `${reason} Begin again with an empty cursor.`)
