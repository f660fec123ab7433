/** The part of `bridge.yaml` that says what becomes of drift, and how steps that wait are approved. */
import { z } from 'zod'
import type { Path } from './locate.ts'
import type { AccessModel } from './model.ts'
import { type Reading, readList, readMapping, readValue } from './reading.ts'
import { approvalsShape, driftShape } from './schema/drift.ts'
import { duration, text } from './values.ts'

const doing = z.enum(['apply', 'hold'])
const DAY_MS = 86_400_000

export function readDrift(value: unknown, path: Path, reading: Reading): AccessModel['drift'] {
  const given = readMapping(value, path, driftShape.keys, reading) ?? {}
  return {
    repair: readValue(doing, given.repair ?? 'apply', [...path, 'repair'], reading) ?? 'apply',
    changes: readValue(doing, given.changes ?? 'apply', [...path, 'changes'], reading) ?? 'apply',
  }
}

export function readApprovals(value: unknown, path: Path, reading: Reading): AccessModel['approvals'] {
  const given = readMapping(value, path, approvalsShape.keys, reading) ?? {}
  const expireAfter = given.expireAfter ?? '24h'
  return {
    expireAfterMs: readValue(duration('1m', '30d'), expireAfter, [...path, 'expireAfter'], reading) ?? DAY_MS,
    secondPerson: readSecondPerson(given.secondPerson ?? 'never', [...path, 'secondPerson'], reading),
  }
}

function readSecondPerson(
  value: unknown,
  path: Path,
  reading: Reading,
): AccessModel['approvals']['secondPerson'] {
  if (!Array.isArray(value)) {
    return readValue(z.enum(['never', 'always']), value, path, reading) ?? 'always'
  }
  const guards = readList(value, path, reading) ?? []
  return guards.flatMap((each, at) => readValue(text, each, [...path, at], reading) ?? [])
}
