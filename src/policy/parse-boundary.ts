/** The text of a boundary: conditions, each ended by `;` (Dynatrace: IAM policy boundaries). */
import { readCondition } from './read-condition.ts'
import { createReader, type Reader } from './reader.ts'
import type { Broken, PlacedCondition } from './source.ts'

/** A boundary may hold this many restrictions. */
export const restrictionLimit = 10

export type ParsedBoundary =
  | { readonly kind: 'parsed'; readonly conditions: readonly PlacedCondition[] }
  | Broken

/** Reads a boundary, or gives every mistake in it: after one, reading goes on behind the next `;`. Never throws. */
export function parseBoundary(text: string): ParsedBoundary {
  const reader = createReader(text)
  const conditions: PlacedCondition[] = []
  while (reader.peek() !== undefined) {
    const condition = readRestriction(reader)
    if (condition === undefined) reader.skip([])
    else conditions.push(condition)
  }
  const beyond = conditions[restrictionLimit]
  if (beyond !== undefined) {
    reader.problem(
      beyond.span,
      `the boundary has ${conditions.length} restrictions, at most ${restrictionLimit} are allowed`,
      'join values of one condition with IN, or bind a second boundary',
    )
  }
  if (reader.problems.length > 0) return { kind: 'broken', problems: reader.problems }
  if (conditions.length > 0) return { kind: 'parsed', conditions }
  reader.problem(
    reader.here(),
    'the boundary has no restriction',
    'write one, for example storage:host.name = "a";',
  )
  return { kind: 'broken', problems: reader.problems }
}

function readRestriction(reader: Reader): PlacedCondition | undefined {
  if (reader.sees(';')) return reader.expected('a restriction before ;', 'remove this ;')
  if (reader.sees('ALLOW') || reader.sees('DENY')) {
    return reader.expected(
      'a restriction',
      'leave out effect, permissions and WHERE: they belong into the policy',
    )
  }
  const condition = readCondition(reader)
  if (condition === undefined) return undefined
  if (reader.take(';') === undefined && reader.peek() !== undefined) {
    return reader.expected('; after the restriction', 'end each restriction with ; (there is no AND)')
  }
  return condition
}
