/** One condition, `service:attribute operator value`, as WHERE clauses and boundaries have them. */
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
      : reader.expected('an operator', `write one of ${operatorWords.join(', ')}`)
  }
  reader.takeKind(next.kind)
  return { operator, span: spanning(start, reader.last()) }
}

function readOne(reader: Reader, operator: Operator): readonly Token[] | undefined {
  const word = wordOf(operator)
  if (reader.sees('(')) return reader.expected(`one value after ${word}`, 'use IN for a list of values')
  const value = reader.takeKind('value')
  return value === undefined
    ? reader.expected(`a value after ${word}`, 'put the value in quotes: "value"')
    : [value]
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
