/** The part of `bridge.yaml` that says how the bridge goes about its work: lifecycle, protection, schedule. */
import { z } from 'zod'
import { foldKey } from '../lib/fold.ts'
import type { Path } from './locate.ts'
import type { AccessModel, Leaving } from './model.ts'
import { type Reading, readList, readMapping, readValue } from './reading.ts'
import { lifecycleShape, protectShape, removeAfterShape, scheduleShape } from './schema/conduct.ts'
import { duration, email, text } from './values.ts'

const invitation = z.enum(['on-creation', 'with-first-access'])
const graceLimits = ['1s', '3650d'] as const
const scheduleLimits = ['1s', '7d'] as const
const auditLimits = ['1s', '1d'] as const

export function readLifecycle(value: unknown, path: Path, reading: Reading): AccessModel['lifecycle'] {
  const given = readMapping(value, path, lifecycleShape.keys, reading) ?? {}
  const invite = given.invite ?? 'on-creation'
  return {
    invite: readValue(invitation, invite, [...path, 'invite'], reading) ?? 'on-creation',
    deactivated: readLeaving(given.deactivated, [...path, 'deactivated'], reading),
    deleted: readLeaving(given.deleted, [...path, 'deleted'], reading),
  }
}

function readLeaving(value: unknown, path: Path, reading: Reading): Leaving {
  const stay: Leaving = { kind: 'strip-groups' }
  if (value === undefined || value === 'strip-groups') return stay
  if (typeof value !== 'object') {
    readValue(z.enum(['strip-groups', '{ remove-after: 7d }']), value, path, reading)
    return stay
  }
  const given = readMapping(value, path, removeAfterShape.keys, reading)
  const after = given?.['remove-after']
  if (after === undefined) return stay
  const afterMs = readValue(duration(...graceLimits), after, [...path, 'remove-after'], reading)
  return afterMs === undefined ? stay : { kind: 'remove', afterMs }
}

export function readProtect(value: unknown, path: Path, reading: Reading): AccessModel['protect'] {
  const given = readMapping(value, path, protectShape.keys, reading) ?? {}
  return {
    users: readNames(email, given.users ?? [], [...path, 'users'], reading),
    groups: readNames(text, given.groups ?? [], [...path, 'groups'], reading),
  }
}

function readNames(
  schema: z.ZodType<string>,
  value: unknown,
  path: Path,
  reading: Reading,
): readonly string[] {
  const items = readList(value, path, reading) ?? []
  const names = items.flatMap((item, index) => readValue(schema, item, [...path, index], reading) ?? [])
  return [...new Set(names.map(foldKey))]
}

/** Milliseconds between full passes, and between looks at the audit log. */
export function readSchedule(
  value: unknown,
  path: Path,
  reading: Reading,
): Pick<AccessModel, 'fullPassEveryMs' | 'auditEveryMs'> {
  const given = readMapping(value, path, scheduleShape.keys, reading)
  const usual = 5 * 60_000
  return {
    fullPassEveryMs:
      readValue(duration(...scheduleLimits), given?.full ?? '5m', [...path, 'full'], reading) ?? usual,
    auditEveryMs: readAudit(given?.audit ?? '30s', [...path, 'audit'], reading),
  }
}

/** YAML 1.1 has taken `off` for `false`, and editors still write one for the other. */
function readAudit(value: unknown, path: Path, reading: Reading): number | undefined {
  if (value === 'off' || value === false) return undefined
  return readValue(duration(...auditLimits, 'off'), value, path, reading)
}
