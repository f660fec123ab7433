/** One condition, `service:attribute operator value`, as WHERE clauses and boundaries have them. */
import { nearest } from '../lib/nearest.ts'
import { operatorOf, operatorWords, takesList, wordOf } from './operator-word.ts'
import type { Reader } from './reader.ts'
import { type PlacedCondition, type Span, spanning } from './source.ts'
import type { Operator } from './statement.ts'
import type { Token } from './token.ts'

const conditionName = /^[\w-]+:[\w.-]+$/

/** Reads one condition, or notes what is wrong with it and returns undefined. */
export function readCondition(reader: Reader): PlacedCondition | undefined {
  const name = readName(reader)
  if (name === undefined) return undefined
  const operator = readOperator(reader)
  if (operator === undefined) return undefined
  const values = takesList(operator.operator)
    ? readList(reader, operator.operator)
    : readOne(reader, operator.operator)
  if (values === undefined) return undefined
  return {
    name: name.text,
    operator: operator.operator,
    values: values.map(value => value.text),
    span: spanning(name.span, reader.last()),
    nameSpan: name.span,
    operatorSpan: operator.span,
    valueSpans: values.map(value => value.span),
  }
}

function readName(reader: Reader): Token | undefined {
  const next = reader.peek()
  if (next?.kind === 'word' && conditionName.test(next.text)) return reader.takeKind('word')
  if (next?.kind === 'symbol' && next.text === '(') {
    return reader.expected('a condition', 'leave the parentheses out: conditions cannot be grouped')
  }
  if (next?.kind === 'word' && next.text.toUpperCase() === 'NOT') {
    return reader.expected('a condition', 'write != or NOT before IN or startsWith: NOT ( ) does not exist')
  }
  return reader.expected(
    'the name of a condition',
    'write service:attribute, for example storage:bucket-name',
  )
}

function readOperator(reader: Reader): { readonly operator: Operator; readonly span: Span } | undefined {
  const start = reader.here()
  const negated = reader.take('NOT') !== undefined
  const next = reader.peek()
  const operator =
    next?.kind === 'word' || next?.kind === 'symbol'
      ? operatorOf(negated ? `NOT ${next.text}` : next.text)
      : undefined
  if (next === undefined || operator === undefined) {
    return negated
      ? reader.expected('IN or startsWith after NOT', 'write NOT IN, NOT startsWith or !=')
      : reader.expected('an operator', operatorRemedy(next))
  }
  reader.takeKind(next.kind)
  if (reader.sees('=') || reader.sees('>')) {
    reader.problem(
      spanning(start, reader.here()),
      `there is no ${next.text}${reader.peek()?.text}`,
      doubled(next),
    )
    reader.takeKind('symbol')
  }
  return { operator, span: spanning(start, reader.last()) }
}

/** Operators of other languages, and what stands for them here. */
const foreign: Readonly<Record<string, string>> = {
  LIKE: 'write MATCH ("a*") with * as wild card, or startsWith "a"',
  CONTAINS: 'write MATCH ("*a*")',
  ENDSWITH: 'write MATCH ("*a")',
  MATCHES: 'write MATCH ("a*") with * as wild card',
  EQUALS: 'write =',
  EQ: 'write =',
  IS: 'write =',
}

function operatorRemedy(found: Token | undefined): string {
  const word = found?.kind === 'word' ? found.text.toUpperCase() : ''
  const known = Object.hasOwn(foreign, word) ? foreign[word] : undefined
  const meant = word === '' ? undefined : nearest(word, ['startsWith', 'MATCH'])
  return (
    known ?? (meant === undefined ? `write one of ${operatorWords.join(', ')}` : `did you mean ${meant}?`)
  )
}

function doubled({ text }: Token): string {
  if (text === '=') return 'write ='
  return text === '<' || text === '>' ? 'write < or >, or != for other than' : `write ${text} alone`
}

function readOne(reader: Reader, operator: Operator): readonly Token[] | undefined {
  const word = wordOf(operator)
  if (reader.sees('(')) return reader.expected(`one value after ${word}`, 'use IN for a list of values')
  const value = reader.takeKind('value')
  if (value !== undefined) return [value]
  reader.expected(`a value after ${word}`, 'put the value in quotes: "value"')
  // A word without quotes is what was meant: reading goes on behind it.
  const bare = reader.sees('AND') || reader.sees('ALLOW') || reader.sees('DENY')
  const meant = bare ? undefined : reader.takeKind('word')
  return meant === undefined ? undefined : [meant]
}

function readList(reader: Reader, operator: Operator): readonly Token[] | undefined {
  const word = wordOf(operator)
  if (reader.take('(') === undefined) {
    return reader.expected(`a list after ${word}`, `put the values in parentheses: ${word} ("a", "b")`)
  }
  const values: Token[] = []
  do {
    const value = reader.takeKind('value')
    if (value === undefined) return reader.expected('a value', 'put values in quotes, separated by commas')
    values.push(value)
  } while (reader.take(',') !== undefined)
  if (reader.take(')') === undefined) {
    return reader.expected('a comma or )', 'separate values by commas and close the list with )')
  }
  return values
}
