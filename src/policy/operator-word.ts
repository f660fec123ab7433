/** How operators are written in policies and boundaries, and the symbols the vendor's parsed form has for them. */
import type { Operator } from './statement.ts'

const words: Readonly<Record<Operator, string>> = {
  EQ: '=',
  NEQ: '!=',
  IN: 'IN',
  NOT_IN: 'NOT IN',
  STARTS_WITH: 'startsWith',
  NOT_STARTS_WITH: 'NOT startsWith',
  MATCH: 'MATCH',
  LT: '<',
  GT: '>',
}

const symbols = new Map<string, Operator>([
  ['=', 'EQ'],
  ['!=', 'NEQ'],
  ['<', 'LT'],
  ['>', 'GT'],
  ['IN', 'IN'],
  ['NOT IN', 'NOT_IN'],
  ['STARTSWITH', 'STARTS_WITH'],
  ['NOT STARTSWITH', 'NOT_STARTS_WITH'],
  ['MATCH', 'MATCH'],
])

/** All operators as they are written, for messages. */
export const operatorWords: readonly string[] = Object.values(words)

/** The operator as the documentation writes it. */
export const wordOf = (operator: Operator): string => words[operator]

/** The operator of this word; the vendor's own pages mix the letter case, so it does not matter. */
export const operatorOf = (word: string): Operator | undefined => symbols.get(word.toUpperCase())

/** These take a list in parentheses, all others exactly one value. */
export const takesList = (operator: Operator): boolean =>
  operator === 'IN' || operator === 'NOT_IN' || operator === 'MATCH'
