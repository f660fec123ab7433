/** From a path in the data to the line and column it was written at. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml'

export type Path = readonly (string | number)[]

/** What of the place is meant: the key instead of the value, or one word within the value. */
export interface Aim {
  readonly key?: boolean
  readonly word?: string
  /** From which character of the value on to look for the word. */
  readonly from?: number
  /** The word that begins at this character of the text as it was read, without quotes and indentation. */
  readonly offset?: number
}

export interface Location {
  readonly line: number
  readonly column: number
  readonly excerpt: string
  readonly width: number
}

export interface Source {
  readonly text: string
  readonly lines: LineCounter
}

export type Locate = (path: Path, aim?: Aim) => Location

/** A function that tells where a path stands in the file; the nearest thing around it when it is absent. */
export function locator(document: Document, source: Source): Locate {
  const find = finder(document)
  return (path, aim = {}) => {
    const { node, found } = find(path, aim.key ?? false)
    const [start, end] = node?.range ?? [0, 0]
    const written = source.text.slice(start, end)
    if (found && aim.offset !== undefined && isScalar(node) && typeof node.value === 'string') {
      const at = start + writtenOffset(written, node.value, aim.offset)
      return locateOffset(source, at, wordLength(node.value, aim.offset))
    }
    const word = found && aim.word !== undefined ? written.indexOf(aim.word, aim.from) : -1
    if (word >= 0) return locateOffset(source, start + word, aim.word?.length ?? 1)
    return locateOffset(source, start, found && isScalar(node) ? written.length : 1)
  }
}

/** The same for a character offset. */
export function locateOffset(source: Source, offset: number, width = 1): Location {
  const { line, col } = source.lines.linePos(offset)
  const start = offset - (col - 1)
  const end = source.text.indexOf('\n', start)
  const excerpt = source.text.slice(start, end < 0 ? undefined : end).replace(/\r$/, '')
  return { line, column: col, excerpt, width: Math.max(1, Math.min(width, excerpt.length - col + 1)) }
}

/**
 * Where a character of a text stands among the characters it is written with. Both are walked side by side:
 * white space stands for white space, and what is only written (quotes, escapes) is passed over.
 */
function writtenOffset(written: string, read: string, offset: number): number {
  let at = /^[|>]/.test(written) ? Math.max(0, written.indexOf('\n')) : 0
  for (let index = 0; index < offset; index++) {
    if (isBlank(read[index])) {
      while (isBlank(written[at])) at++
      while (index + 1 < offset && isBlank(read[index + 1])) index++
    } else at = nextPlace(written, read[index], at) + 1
  }
  return isBlank(read[offset]) ? at : nextPlace(written, read[offset], at)
}

/** The end of what is written when the character is not there again, as with the end of the text. */
function nextPlace(written: string, character: string | undefined, from: number): number {
  const at = character === undefined ? -1 : written.indexOf(character, from)
  return at < 0 ? Math.min(from, Math.max(0, written.length - 1)) : at
}

function isBlank(character: string | undefined): boolean {
  return character !== undefined && /\s/.test(character)
}

/** How far the word at this place goes: a name, or one character. */
function wordLength(text: string, offset: number): number {
  return /^(?:\$?\{[^{}\n]*\}|[\w:.*-]+)/.exec(text.slice(offset, offset + 100))?.[0].length ?? 1
}

/** `rules[1].bindings[0].policy`. */
export function writePath(path: Path): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : dotted(step, index))).join('')
}

function dotted(step: string, index: number): string {
  if (!/^[\w-]+$/.test(step)) return `[${JSON.stringify(step)}]`
  return index === 0 ? step : `.${step}`
}

interface Found {
  readonly node: Node | undefined
  readonly found: boolean
}

function finder(document: Document): (path: Path, key: boolean) => Found {
  const indexes = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>()

  const pairOf = (map: YAMLMap, step: string): Pair | undefined => {
    let index = indexes.get(map)
    if (index === undefined) {
      index = new Map(map.items.map(pair => [isScalar(pair.key) ? String(pair.key.value) : '', pair]))
      indexes.set(map, index)
    }
    return index.get(step)
  }

  const child = (node: unknown, step: string | number, key: boolean): Node | undefined => {
    if (isSeq(node)) return typeof step === 'number' ? resolve(document, node.items[step]) : undefined
    const pair = isMap(node) ? pairOf(node, String(step)) : undefined
    if (pair === undefined) return undefined
    const empty = pair.value === null || (isScalar(pair.value) && pair.value.value === null)
    return resolve(document, key || empty ? pair.key : pair.value)
  }

  return (path, key) => {
    let node = resolve(document, document.contents)
    for (const [index, step] of path.entries()) {
      const next = child(node, step, key && index === path.length - 1)
      if (next === undefined) return { node, found: false }
      node = next
    }
    return { node, found: true }
  }
}

function resolve(document: Document, node: unknown): Node | undefined {
  if (isAlias(node)) return node.resolve(document)
  return isMap(node) || isSeq(node) || isScalar(node) ? node : undefined
}
