/** Walks the tokens of a text and collects what is wrong with it. */
import type { PolicyProblem, Span } from './source.ts'
import { type Token, tokenize } from './token.ts'

export interface Reader {
  /** The next token, which stays; undefined at the end of the text. */
  peek(): Token | undefined
  /** Consumes the next token if it is this symbol or key word, in any letter case. */
  take(word: string): Token | undefined
  /** Consumes the next token if it is of this kind. */
  takeKind(kind: Token['kind']): Token | undefined
  /** Whether the next token is this symbol or key word. */
  sees(word: string): boolean
  /** The place of the next token, or the end of the text. */
  here(): Span
  /** The place of the token consumed last. */
  last(): Span
  /** Notes a mistake. It returns undefined, so that a reading function can end with it. */
  problem(span: Span, message: string, remedy: string): undefined
  /** Notes that something else was expected here. */
  expected(what: string, remedy: string): undefined
  /** Leaves the rest of a broken piece: up to the next `;` (consumed) or one of these words (kept). */
  skip(before: readonly string[]): void
  readonly problems: readonly PolicyProblem[]
}

export function createReader(text: string): Reader {
  const tokens = tokenize(text)
  const problems: PolicyProblem[] = []
  let at = 0
  const end = endOf(text)
  const reader: Reader = {
    problems,
    peek: () => tokens[at],
    sees: word => isWord(tokens[at], word),
    take(word) {
      const token = tokens[at]
      if (!isWord(token, word)) return undefined
      at += 1
      return token
    },
    takeKind(kind) {
      const token = tokens[at]
      if (token?.kind !== kind) return undefined
      at += 1
      return token
    },
    here: () => tokens[at]?.span ?? end,
    last: () => tokens[at - 1]?.span ?? end,
    problem({ line, column }, message, remedy) {
      problems.push({ line, column, message, remedy })
      return undefined
    },
    expected(what, remedy) {
      const found = tokens[at]
      const special = found === undefined ? undefined : mistakeIn(found)
      if (special !== undefined) return reader.problem(reader.here(), special.message, special.remedy)
      return reader.problem(reader.here(), `expected ${what}, found ${described(found)}`, remedy)
    },
    skip(before) {
      while (at < tokens.length) {
        if (before.some(word => reader.sees(word))) return
        if (reader.take(';') !== undefined) return
        at += 1
      }
    },
  }
  return reader
}

function isWord(token: Token | undefined, word: string): boolean {
  if (token === undefined || (token.kind !== 'word' && token.kind !== 'symbol')) return false
  return token.text.toUpperCase() === word.toUpperCase()
}

function endOf(text: string): Span {
  const lines = text.split(/\r\n|\r|\n/)
  const column = (lines.at(-1) ?? '').length + 1
  return { start: text.length, end: text.length, line: lines.length, column }
}

/** Mistakes that deserve their own words, wherever they are met. */
function mistakeIn({ kind, text }: Token): { readonly message: string; readonly remedy: string } | undefined {
  switch (kind) {
    case 'unclosed':
      return {
        message: `the value ${shown(text)} has no closing quote`,
        remedy: `close it with ${text.slice(0, 1)} on the same line`,
      }
    case 'curly':
      return { message: `the value ${shown(text)} has typographic quotes`, remedy: 'use " or \'' }
    case 'stray':
      return {
        message: `the character ${shown(text)} has no meaning here`,
        remedy: text === '/' || text === '#' ? 'start comments with //' : 'remove it',
      }
    default:
      return kind === 'word' && text.toUpperCase() === 'OR'
        ? { message: 'there is no OR', remedy: 'write a second statement, or IN with a list of values' }
        : undefined
  }
}

const described = (token: Token | undefined): string => {
  if (token === undefined) return 'the end of the text'
  return token.kind === 'value' ? `the value ${shown(token.text)}` : shown(token.text)
}

/** A piece of the text, cut so that a message stays readable. */
const shown = (text: string): string => {
  const letters = [...text.slice(0, 121)]
  return JSON.stringify(letters.length > 60 ? `${letters.slice(0, 60).join('')}…` : text)
}
