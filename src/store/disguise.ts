/**
 * Names of people in the journal: a line holds a token in the place of each, and the name stands in a table of its own.
 * The chain is over the line with the tokens, so that a name can be deleted one day without breaking it.
 *
 *   token = ‹p: + the first 80 bits of sha256( key + name ) + ›      the key is a random secret of the database
 */
import { sha256 } from '../lib/digest.ts'
import { foldKey } from '../lib/fold.ts'

/** A name and what stands for it. */
export interface Disguised {
  readonly token: string
  readonly text: string
  /** Under which all spellings of an address are found. */
  readonly textKey: string
}

/** Puts tokens in the place of names, and remembers which. */
export interface Disguise {
  /** Of a text in which addresses may stand. */
  inText(text: string): string
  /** Of JSON: addresses anywhere, and what identifies a user of the directory. */
  inJson(json: string): string
  tokenOf(name: string): string
  /** All names so far, each once. */
  names(): readonly Disguised[]
}

export const TOKEN = /‹p:[0-9a-f]{20}›/g
const OPENING = '‹p:'

export function disguise(key: string): Disguise {
  const known = new Map<string, string>()
  const tokenOf = (name: string): string => {
    let token = known.get(name)
    if (token === undefined) {
      token = `${OPENING}${sha256(`${key} ${name}`).slice(0, 20)}›`
      known.set(name, token)
    }
    return token
  }
  return {
    tokenOf,
    names: () => [...known].map(([text, token]) => ({ token, text, textKey: nameKey(text) })),
    inText: text => withoutAddresses(text.replaceAll(OPENING, '<p:'), tokenOf),
    inJson(json) {
      // What only looks like a token is spelled so that it is none; it reads the same.
      const plain = json.includes(OPENING) ? json.replaceAll(OPENING, '\\u2039p:') : json
      const unnamed =
        plain.includes('serName":"') || plain.includes('xternalId":"') ? named(plain, tokenOf) : plain
      return withoutAddresses(unnamed, tokenOf)
    },
  }
}

/** The same for all spellings of an address: of a path, too. */
export function nameKey(text: string): string {
  return foldKey(decoded(text))
}

/** How a token reads once the name behind it has been deleted. */
export const labelOf = (token: string): string => `person-${token.slice(OPENING.length, OPENING.length + 6)}`

const MEMBERS = /"(userName|previousUserName|externalId|previousExternalId)":"((?:[^"\\]|\\.)+)"/g

const named = (json: string, tokenOf: (name: string) => string): string =>
  json.replaceAll(MEMBERS, (_, member: string, value: string) => {
    const name: unknown = JSON.parse(`"${value}"`)
    return `"${member}":"${tokenOf(String(name))}"`
  })

const AT = /(?:@|%40)[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)*/gu
const LOCAL = /[\p{L}\p{N}.!#$%'*+^_`{|}~-]/u

function withoutAddresses(text: string, tokenOf: (name: string) => string): string {
  if (!text.includes('@') && !text.includes('%40')) return text
  let [told, from] = ['', 0]
  for (const match of text.matchAll(AT)) {
    const begin = localStart(text, match.index, from)
    if (begin === match.index) continue
    const end = match.index + match[0].length
    told += `${text.slice(from, begin)}${tokenOf(text.slice(begin, end))}`
    from = end
  }
  return `${told}${text.slice(from)}`
}

/** From where the part before the @ begins. */
function localStart(text: string, at: number, from: number): number {
  let begin = at
  while (begin > from && LOCAL.test(text.charAt(begin - 1))) begin -= 1
  let slashes = 0
  while (text.charAt(begin - 1 - slashes) === '\\') slashes += 1
  // The first letters belong to an escape of JSON, as in \n or \u00e9.
  if (slashes % 2 === 1) begin += text.charAt(begin) === 'u' ? 5 : 1
  return Math.min(begin, at)
}

function decoded(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
