/** The parsed form in which the policy service shows statements and boundary queries. Syntax only, no evaluation. */
import { badRequest } from '../rejection.ts'

export interface Condition {
  readonly name: string
  readonly operator: string
  readonly values: readonly string[]
}

export interface Statement {
  readonly effect: string
  readonly permissions: readonly string[]
  readonly conditions: readonly Condition[]
}

/** `ALLOW a:b:c, d:e:f WHERE x = "y" AND …;` any number of times. Throws a 400 that names the place. */
export function parseStatements(query: string): Statement[] {
  const tokens = tokenize(query, 'statementQuery')
  const statements: Statement[] = []
  while (tokens.peek() !== undefined) {
    const effect = tokens.word(/^(ALLOW|DENY)$/i).toUpperCase()
    const permissions = [tokens.word(/^[^:]+:[^:]+:[^:]+$/)]
    while (tokens.take(',')) permissions.push(tokens.word(/^[^:]+:[^:]+:[^:]+$/))
    statements.push({ effect, permissions, conditions: whereClause(tokens) })
    tokens.take(';')
  }
  if (statements.length === 0) throw tokens.fault('a statement')
  return statements
}

/** Conditions, each ended by `;`. */
export function parseConditions(query: string): Condition[] {
  const tokens = tokenize(query, 'boundaryQuery')
  const conditions: Condition[] = []
  while (tokens.peek() !== undefined) {
    conditions.push(condition(tokens))
    if (!tokens.take(';') && tokens.peek() !== undefined) throw tokens.fault(';')
  }
  if (conditions.length === 0) throw tokens.fault('a condition')
  return conditions
}

/** Names of the `${bindParam:…}` placeholders, sorted. */
export function parametersOf(query: string): string[] {
  const names = [...query.matchAll(/\$\{bindParam:([^}]+)\}/g)].map(match => match[1] ?? '')
  return [...new Set(names)].sort()
}

const operators: Readonly<Record<string, string>> = {
  '=': 'EQ',
  '!=': 'NEQ',
  '<': 'LT',
  '>': 'GT',
  IN: 'IN',
  'NOT IN': 'NOT_IN',
  STARTSWITH: 'STARTS_WITH',
  'NOT STARTSWITH': 'NOT_STARTS_WITH',
  MATCH: 'MATCH',
}

type Tokens = ReturnType<typeof tokenize>

function whereClause(tokens: Tokens): Condition[] {
  if (!tokens.take('WHERE')) return []
  if (tokens.take('NULL')) return []
  const conditions = [condition(tokens)]
  while (tokens.take('AND')) conditions.push(condition(tokens))
  return conditions
}

function condition(tokens: Tokens): Condition {
  const name = tokens.word(/^[^:]+:[^:]+$/)
  const negated = tokens.take('NOT') ? 'NOT ' : ''
  const operator = operators[negated + (tokens.next() ?? '').toUpperCase()]
  if (operator === undefined) throw tokens.fault('an operator')
  if (!tokens.take('(')) return { name, operator, values: [tokens.string()] }
  const values = [tokens.string()]
  while (tokens.take(',')) values.push(tokens.string())
  if (!tokens.take(')')) throw tokens.fault(')')
  return { name, operator, values }
}

function tokenize(query: string, field: string) {
  const pattern = /\s+|\/\/[^\n]*|("[^"]*"|'[^']*'|[\w:.-]+|!=|[;,()=<>]|.)/gy
  const tokens = [...query.matchAll(pattern)].flatMap(match => (match[1] === undefined ? [] : [match[1]]))
  let at = 0
  const fault = (expected: string) => {
    const message = `Invalid ${field}: expected ${expected}, found ${tokens[at] ?? 'end of text'}`
    return badRequest(message, { [field]: message })
  }
  return {
    fault,
    peek: (): string | undefined => tokens[at],
    next: (): string | undefined => tokens[at++],
    /** Consumes this key word or symbol if it is next, in any letter case. */
    take: (expected: string): boolean => {
      if (tokens[at]?.toUpperCase() !== expected) return false
      at += 1
      return true
    },
    word: (shape: RegExp): string => {
      const token = tokens[at]
      if (token === undefined || !shape.test(token)) throw fault('a name or key word')
      at += 1
      return token
    },
    string: (): string => {
      const token = tokens[at]
      if (token === undefined || !/^["']/.test(token) || token.length < 2) throw fault('a quoted value')
      at += 1
      return token.slice(1, -1)
    },
  }
}
