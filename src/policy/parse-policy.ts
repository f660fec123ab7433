/** The text of a policy: statements that allow or deny permissions (Dynatrace: IAM policy statement syntax). */
import { nearest } from '../lib/nearest.ts'
import { readCondition } from './read-condition.ts'
import { createReader, type Reader } from './reader.ts'
import { type Broken, type PlacedCondition, type PlacedStatement, spanning } from './source.ts'
import type { Statement } from './statement.ts'
import type { Token } from './token.ts'

/** A policy may hold this many statements. */
export const statementLimit = 100

export type ParsedPolicy =
  | { readonly kind: 'parsed'; readonly statements: readonly PlacedStatement[] }
  | Broken

/** Reads a policy, or gives every mistake in it: after one, reading goes on with the next statement. Never throws. */
export function parsePolicy(text: string): ParsedPolicy {
  const reader = createReader(text)
  const statements: PlacedStatement[] = []
  while (reader.peek() !== undefined) {
    const statement = readStatement(reader)
    if (statement === undefined) reader.skip(['ALLOW', 'DENY'])
    else statements.push(statement)
  }
  const beyond = statements[statementLimit]
  if (beyond !== undefined) {
    reader.problem(
      beyond.span,
      `the policy has ${statements.length} statements, at most ${statementLimit} are allowed`,
      'put the others into a second policy',
    )
  }
  if (reader.problems.length > 0) return { kind: 'broken', problems: reader.problems }
  if (statements.length > 0) return { kind: 'parsed', statements }
  reader.problem(reader.here(), 'the policy has no statement', 'write ALLOW and a permission')
  return { kind: 'broken', problems: reader.problems }
}

const permissionName = /^[\w-]+:[\w.-]+:[\w.-]+$/

function readStatement(reader: Reader): PlacedStatement | undefined {
  const start = reader.here()
  const effect = readEffect(reader)
  if (effect === undefined) return undefined
  const permissions = readPermissions(reader)
  if (permissions === undefined) return undefined
  const conditions = readWhere(reader)
  if (conditions === undefined) return undefined
  const span = spanning(start, reader.last())
  const terminated = reader.take(';') !== undefined
  if (!terminated && !startsStatement(reader)) {
    return conditions.length > 0
      ? reader.expected('AND or ;', 'join conditions with AND and end the statement with ;')
      : reader.expected('a comma, WHERE or ;', 'separate permissions by commas and end the statement with ;')
  }
  return {
    effect,
    permissions: permissions.map(permission => permission.text),
    conditions,
    span,
    permissionSpans: permissions.map(permission => permission.span),
    terminated,
  }
}

/** Pages of the vendor leave out `;` between statements, and the key word shows where the next one starts. */
const startsStatement = (reader: Reader): boolean =>
  reader.peek() === undefined || reader.sees('ALLOW') || reader.sees('DENY')

function readEffect(reader: Reader): Statement['effect'] | undefined {
  if (reader.take('ALLOW') !== undefined) return 'ALLOW'
  if (reader.take('DENY') !== undefined) return 'DENY'
  if (reader.sees(';')) return reader.expected('a statement before ;', 'remove this ;')
  const found = reader.peek()
  const meant = found?.kind === 'word' ? nearest(found.text, ['ALLOW', 'DENY']) : undefined
  return reader.expected(
    'ALLOW or DENY',
    meant === undefined ? 'start the statement with ALLOW or DENY' : `did you mean ${meant}?`,
  )
}

function readPermissions(reader: Reader): readonly Token[] | undefined {
  const permissions: Token[] = []
  do {
    const next = reader.peek()
    if (next?.kind !== 'word' || !permissionName.test(next.text)) {
      const remedy = next?.text.includes('*')
        ? 'name each permission: wild cards do not exist'
        : 'write service:resource:action, for example storage:logs:read'
      return reader.expected('a permission', remedy)
    }
    reader.takeKind('word')
    permissions.push(next)
  } while (reader.take(',') !== undefined || lacksComma(reader))
  return permissions
}

/** Notes a comma that is missing between permissions, and lets reading go on behind it. */
function lacksComma(reader: Reader): boolean {
  const next = reader.peek()
  if (next?.kind !== 'word' || !permissionName.test(next.text)) return false
  reader.expected('a comma, WHERE or ;', 'separate permissions by commas and end the statement with ;')
  return true
}

function readWhere(reader: Reader): readonly PlacedCondition[] | undefined {
  if (reader.take('WHERE') === undefined) return []
  if (reader.take('NULL') !== undefined) return []
  const conditions: PlacedCondition[] = []
  let broken = false
  do {
    const condition = readCondition(reader)
    if (condition !== undefined) conditions.push(condition)
    else {
      broken = true
      reader.skip(['AND', ';', 'ALLOW', 'DENY'])
    }
  } while (reader.take('AND') !== undefined || lacksAnd(reader))
  return broken ? undefined : conditions
}

/** Notes another word or a comma in place of AND, and lets reading go on behind it. */
function lacksAnd(reader: Reader): boolean {
  const joined = [',', 'OR'].some(word => reader.sees(word))
  const next = reader.peek()
  if (!joined && (next?.kind !== 'word' || !next.text.includes(':'))) return false
  reader.expected('AND or ;', 'join conditions with AND and end the statement with ;')
  if (!joined) return true
  reader.take(next?.text ?? '')
  return reader.peek()?.kind === 'word' && !startsStatement(reader)
}
