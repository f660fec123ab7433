/** Which environments: all, some by name, id or label, or a list of these. */
import { foldKey } from '../lib/fold.ts'
import { nearest } from '../lib/nearest.ts'
import { joinParts } from './level-parts.ts'
import type { Path } from './locate.ts'
import type { LevelSelector } from './model.ts'
import type { KnownEnvironments, LevelContext } from './read-environments.ts'
import { readLabelSelector } from './read-label-selector.ts'
import { allRead, quote, type Reading, readValue } from './reading.ts'
import { text } from './values.ts'

const forms = 'write all, the name or id of an environment, { label: value }, or a list of these'

export function readEnvironmentSelector(
  value: unknown,
  path: Path,
  context: LevelContext,
  reading: Reading,
): LevelSelector | undefined {
  if (value === 'all') return readAll(path, context.known, reading)
  if (!Array.isArray(value)) return readElement(value, path, context, reading)
  if (value.length === 0) {
    reading.problem(path, `${quote(path.at(-1))} names none`, forms)
    return undefined
  }
  const read = allRead(value.map((item, index) => readElement(item, [...path, index], context, reading)))
  if (read === undefined) return undefined
  const names = read.flatMap(each => (each.kind === 'environments' ? each.names : []))
  const named: readonly LevelSelector[] =
    names.length === 0 ? [] : [{ kind: 'environments', names: [...new Set(names)] }]
  return joinParts([...named, ...read.filter(({ kind }) => kind !== 'environments')])
}

function readAll(path: Path, known: KnownEnvironments, reading: Reading): LevelSelector {
  if (known.names.length === 0) {
    reading.problem(path, 'there are no environments to take', 'list them under "environments" at the top')
  }
  return { kind: 'labels', labels: {} }
}

function readElement(
  value: unknown,
  path: Path,
  context: LevelContext,
  reading: Reading,
): LevelSelector | undefined {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
    return readLabelSelector(value, path, context, reading)
  }
  const asked = readValue(text, value, path, reading)
  if (asked === undefined) return undefined
  const { names, environments } = context.known
  if (names.includes(asked)) return { kind: 'environments', names: [asked] }
  const byId = environments.find(({ id }) => foldKey(id) === foldKey(asked))
  if (byId !== undefined) return { kind: 'environments', names: [byId.name] }
  reading.problem(path, `there is no environment ${quote(asked)}`, unknownRemedy(asked, context.known))
  return undefined
}

function unknownRemedy(asked: string, { names, environments }: KnownEnvironments): string {
  if (asked.includes('{')) {
    return 'names hold no variables; select by label instead: { environments: { stage: "{stage}" } }'
  }
  if (asked === 'all') return 'write environments: all, without a list'
  const meant = nearest(asked, [...names, ...environments.map(({ id }) => id)])
  if (meant !== undefined) return `did you mean ${quote(meant)}?`
  if (/^[a-z]{3}\d{5}$/.test(asked)) {
    return `give the id a name under "environments" at the top, as in stage: { id: ${asked} }`
  }
  if (names.length === 0) return 'list it under "environments" at the top'
  return `there are ${names.map(quote).join(', ')}; others are to be added under "environments"`
}
