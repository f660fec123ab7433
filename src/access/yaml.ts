/** YAML as data with a way back to lines and columns, for files that may hold anything. */
import { type Document, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import { messageOf } from '../lib/errors.ts'
import { type Locate, type Location, locateOffset, locator, type Source } from './locate.ts'

/** A mistake in the YAML itself. */
type Flaw = Location & { readonly message: string; readonly remedy: string }

export type Yaml =
  | {
      readonly kind: 'read'
      readonly value: unknown
      readonly locate: Locate
      /** Mistakes despite which the rest can be read: repeated keys. */
      readonly flaws: readonly Flaw[]
    }
  | { readonly kind: 'broken'; readonly flaws: readonly Flaw[] }
  | { readonly kind: 'unreadable'; readonly message: string; readonly remedy: string }

/** Hundreds of errors are one mistake and its echoes. */
const mostErrors = 20

/** Never throws. */
export function readYaml(text: string): Yaml {
  const source = { text: text.replace(/^\uFEFF/, ''), lines: new LineCounter() }
  try {
    const document = parseDocument(source.text, {
      lineCounter: source.lines,
      prettyErrors: false,
      logLevel: 'error',
      // The library compares every key with every other.
      uniqueKeys: false,
    })
    if (document.errors.length > 0) return { kind: 'broken', flaws: syntaxFlaws(document, source) }
    const keys = keyFlaws(document, source)
    if (keys.fatal) return { kind: 'broken', flaws: keys.flaws }
    const value: unknown = document.toJS({ maxAliasCount: 100 })
    return { kind: 'read', value, locate: locator(document, source), flaws: keys.flaws }
  } catch (error) {
    return { kind: 'unreadable', ...explainThrown(error) }
  }
}

function syntaxFlaws(document: Document, source: Source): readonly Flaw[] {
  return document.errors.slice(0, mostErrors).map(({ code, message, pos: [start, end] }) => ({
    ...locateOffset(source, start, end - start),
    message: wordings[code]?.message ?? `not YAML: ${message}`,
    remedy:
      wordings[code]?.remedy ??
      'check quotes, brackets and indentation here; put text with { } : # in quotes',
  }))
}

const wordings: Readonly<Record<string, { readonly message?: string; readonly remedy: string }>> = {
  TAB_AS_INDENT: { message: 'a tab is used to indent', remedy: 'indent with spaces' },
  BAD_INDENT: { remedy: 'indent it like its neighbours, and close what is open' },
  MULTIPLE_DOCS: {
    message: 'the file holds several YAML documents',
    remedy: 'keep one document: remove the "---" lines between them',
  },
  RESOURCE_EXHAUSTION: {
    message: 'the file is nested too deeply',
    remedy: 'check for brackets that are not closed',
  },
}

/** Repeated keys, and keys that are no text: `{{team}}` is a mapping as the key of a mapping. */
function keyFlaws(
  document: Document,
  source: Source,
): { readonly flaws: readonly Flaw[]; readonly fatal: boolean } {
  const flaws: Flaw[] = []
  let fatal = false
  const waiting: unknown[] = [document.contents]
  while (waiting.length > 0) {
    const node = waiting.pop()
    if (isSeq(node)) for (const item of node.items) waiting.push(item)
    if (!isMap(node)) continue
    const seen = new Set<string>()
    for (const { key, value } of node.items) {
      waiting.push(value)
      if (!isScalar(key)) {
        fatal = true
        const place = locateOffset(source, node.range?.[0] ?? 0)
        flaws.push({ ...place, message: 'a key here is no text', remedy: 'put text with braces in quotes' })
        continue
      }
      const name = String(key.value)
      if (seen.has(name)) {
        const [start, end] = key.range ?? [0, 1]
        const place = locateOffset(source, start, end - start)
        const message = `the key ${JSON.stringify(name)} is there twice`
        flaws.push({ ...place, message, remedy: 'remove one of the two' })
      }
      seen.add(name)
    }
  }
  return { flaws, fatal }
}

function explainThrown(error: unknown): { readonly message: string; readonly remedy: string } {
  if (error instanceof ReferenceError) {
    const message = 'an alias (*name) has no anchor (&name), or aliases multiply too often'
    return { message, remedy: 'write the repeated parts out' }
  }
  if (error instanceof RangeError) {
    return { message: 'the file is nested too deeply', remedy: 'check for brackets that are not closed' }
  }
  return { message: `the file cannot be read as YAML: ${messageOf(error)}`, remedy: 'simplify it' }
}
