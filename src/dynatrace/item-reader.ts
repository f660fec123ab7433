/**
 * Reads the envelope `{ count, items }` while it arrives: lists of large accounts come whole, tens of
 * megabytes in one answer, and neither the text nor the parsed whole should be there at one time.
 */
import type { z } from 'zod'
import { breathe } from '../lib/turns.ts'
import { EmptiedList } from './api/count.ts'
import { issueText, pageText } from './decode.ts'
import { looksLikeHtml } from './error-message.ts'

export type Reading<T> =
  | { readonly kind: 'read'; readonly items: readonly T[] }
  /** Why it is not what the API promises, in words that quote nothing of the answer. */
  | { readonly kind: 'malformed'; readonly why: string }

/** Reads to the end, or to the first thing that is wrong. Rejects only when the pieces do. */
export async function readItems<T>(
  pieces: AsyncIterable<Uint8Array>,
  item: z.ZodType<T>,
  status: number,
): Promise<Reading<T>> {
  const text = new TextDecoder()
  const reader = new ItemReader(item)
  for await (const piece of pieces) {
    // A piece is what came in one turn, but of a fast network several wait already.
    for (let start = 0; start < piece.length && reader.why === undefined; start += PART) {
      reader.take(text.decode(piece.subarray(start, start + PART), { stream: true }))
      await breathe()
    }
    if (reader.why !== undefined) return { kind: 'malformed', why: reader.why }
  }
  reader.take(text.decode())
  return reader.end(status)
}

/** Bytes decoded in one go, about a hundred items. */
const PART = 32_768

const QUOTE = 34
const BACKSLASH = 92

class ItemReader<T> {
  readonly #item: z.ZodType<T>
  readonly #items: T[] = []
  /** Everything but the items. */
  #envelope = ''
  /** Items, and parts of one, that are not parsed yet. */
  #rest = ''
  #length = 0
  #depth = 0
  #quoted = false
  #escaped = false
  #within = false
  #lists = 0
  why: string | undefined

  constructor(item: z.ZodType<T>) {
    this.#item = item
  }

  take(text: string): void {
    this.#length += text.length
    /** Where what is not put anywhere yet begins, and the last comma between two items. */
    let from = 0
    let comma = -1
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at)
      if (this.#quoted) {
        if (this.#escaped) this.#escaped = false
        else if (code === BACKSLASH) this.#escaped = true
        else if (code === QUOTE) this.#quoted = false
        continue
      }
      switch (code) {
        case QUOTE:
          this.#quoted = true
          break
        case 0x5b: // [
        case 0x7b: // {
          this.#depth += 1
          if (code === 0x5b && this.#depth === 2 && !this.#within) {
            this.#envelope += text.slice(from, at + 1)
            this.#within = OPENS_ITEMS.test(this.#envelope.slice(-LONGEST_OPENING))
            if (this.#within) this.#lists += 1
            from = at + 1
          }
          break
        case 0x5d: // ]
        case 0x7d: // }
          this.#depth -= 1
          if (this.#within && this.#depth === 1) {
            this.#parse(this.#rest + text.slice(from, at), true)
            this.#rest = ''
            this.#within = false
            from = at
            comma = -1
          }
          break
        case 0x2c: // ,
          if (this.#within && this.#depth === 2) comma = at
          break
      }
    }
    if (!this.#within) {
      this.#envelope += text.slice(from)
      return
    }
    if (comma >= 0) {
      this.#parse(this.#rest + text.slice(from, comma), false)
      this.#rest = ''
      from = comma + 1
    }
    this.#rest += text.slice(from)
  }

  end(status: number): Reading<T> {
    if (this.why !== undefined) return { kind: 'malformed', why: this.why }
    if (looksLikeHtml(this.#envelope)) return { kind: 'malformed', why: pageText(status) }
    const envelope = EmptiedList.safeParse(this.#json(this.#envelope))
    if (this.#within || this.#lists > 1) this.why ??= this.#incomplete()
    if (this.why !== undefined) return { kind: 'malformed', why: this.why }
    if (!envelope.success) return { kind: 'malformed', why: issueText(envelope.error) }
    const { length } = this.#items
    if ((envelope.data.count ?? length) === length) return { kind: 'read', items: this.#items }
    const why = '"count" is not what the API promises: it disagrees with the number of items'
    return { kind: 'malformed', why }
  }

  /** Whole items with commas between them; `last`: nothing but the end of the list follows. */
  #parse(text: string, last: boolean): void {
    if (this.why !== undefined || (last && this.#items.length === 0 && text.trim() === '')) return
    const found = this.#json(`[${text}]`)
    // Between two commas, or behind the last one, there is something.
    if (!Array.isArray(found) || found.length === 0) {
      this.why ??= this.#incomplete()
      return
    }
    for (const each of found) {
      const parsed = this.#item.safeParse(each)
      if (!parsed.success) {
        this.why = issueText(parsed.error, ['items', this.#items.length])
        return
      }
      this.#items.push(parsed.data)
    }
  }

  #json(text: string): unknown {
    try {
      return JSON.parse(text)
    } catch {
      // The parser's own message quotes the text, which may hold a token.
      this.why ??= this.#incomplete()
      return undefined
    }
  }

  #incomplete(): string {
    return `the answer (${this.#length} characters) is not complete JSON`
  }
}

const LONGEST_OPENING = 64
const OPENS_ITEMS = /(?<!\\)"items"\s*:\s*\[$/
