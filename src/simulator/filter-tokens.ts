/** The words of a filter expression, read one after the other. */
import { badRequest } from './rejection.ts'

export interface FilterTokens {
  /** Whether everything is read. */
  done(): boolean
  /** Consumes this key word or symbol if it is next, in any letter case. */
  take(expected: string): boolean
  /** The next field name or operator. */
  word(expected: string): string
  /** The next value: in single quotes, or a bare number or truth value. */
  value(): string
  /** The refusal of what is next. */
  fault(expected: string): Error
}

interface Token {
  readonly text: string
  readonly at: number
}

export function filterTokens(text: string): FilterTokens {
  // In quotes a backslash escapes a quote and itself.
  const pattern = /\s+|('(?:\\.|[^'\\])*'|[<>!=]=|[<>=(),]|[\w.-]+|.)/gy
  const tokens = [...text.matchAll(pattern)].flatMap((match): Token[] =>
    match[1] === undefined ? [] : [{ text: match[1], at: match.index }],
  )
  let next = 0
  const fault = (expected: string) => {
    const token = tokens[next]
    const found = token === undefined ? 'its end' : `${token.text} at character ${token.at + 1}`
    return badRequest(`Invalid filter: expected ${expected}, found ${found}`)
  }
  const read = (shape: RegExp, expected: string): string => {
    const token = tokens[next]?.text
    if (token === undefined || !shape.test(token)) throw fault(expected)
    next += 1
    return token
  }
  return {
    fault,
    done: () => next >= tokens.length,
    take(expected) {
      if (tokens[next]?.text.toLowerCase() !== expected) return false
      next += 1
      return true
    },
    word: expected => read(/^([\w.-]+|[<>!=]=|[<>=])$/, expected),
    value() {
      const token = read(/^('.*'|[\w.-]+)$/s, 'a value in single quotes')
      return token.startsWith("'") ? token.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : token
    },
  }
}
