/** The `level` of a binding, permission or policy: the account, environments, or a list of these. */
import { joinParts } from './level-parts.ts'
import type { Path } from './locate.ts'
import type { LevelSelector } from './model.ts'
import type { LevelContext } from './read-environments.ts'
import { readEnvironmentSelector } from './read-selector.ts'
import { allRead, quote, type Reading, readMapping } from './reading.ts'
import { environmentsShape } from './schema/level.ts'

const forms =
  'write account, { environments: [name, …] }, { environments: { label: value } } or { environments: all }'

export function readLevel(
  value: unknown,
  path: Path,
  context: LevelContext,
  reading: Reading,
): LevelSelector | undefined {
  if (!Array.isArray(value)) return readOne(value, path, context, reading)
  if (value.length === 0) {
    reading.problem(path, '"level" names none', forms)
    return undefined
  }
  const read = value.map((item, index) => readOne(item, [...path, index], context, reading))
  return joinParts(allRead(read) ?? [])
}

function readOne(
  value: unknown,
  path: Path,
  context: LevelContext,
  reading: Reading,
): LevelSelector | undefined {
  if (value === 'account') return { kind: 'account' }
  if (typeof value !== 'object') {
    reading.problem(path, `"level" cannot be ${quote(value)}`, forms)
    return undefined
  }
  const given = readMapping(value, path, environmentsShape.keys, reading)
  if (given?.environments === undefined) return undefined
  return readEnvironmentSelector(given.environments, [...path, 'environments'], context, reading)
}
