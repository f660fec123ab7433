/** Keys of next pages: opaque to callers, and complete, so that a page needs no other parameter. */
import { z } from 'zod'

const content = z.object({ offset: z.number().int().min(0), query: z.record(z.string(), z.string()) })

export interface PageKey {
  /** How many entries the pages before held. */
  readonly offset: number
  /** The parameters of the first call. */
  readonly query: Readonly<Record<string, string>>
}

export const writePageKey = (key: PageKey): string => Buffer.from(JSON.stringify(key)).toString('base64url')

/** Undefined when nobody gave out such a key. */
export function readPageKey(text: string): PageKey | undefined {
  try {
    return content.safeParse(JSON.parse(Buffer.from(text, 'base64url').toString())).data
  } catch {
    return undefined
  }
}
