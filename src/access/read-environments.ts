/** The `environments` of `bridge.yaml`: names for environment ids, with labels that rules select by. */
import { foldKey } from '../lib/fold.ts'
import type { Path } from './locate.ts'
import type { Environment } from './model.ts'
import { quote, type Reading, readEntries, readMapping, readValue } from './reading.ts'
import { environmentId, isPlainName, text } from './values.ts'

export interface KnownEnvironments {
  readonly environments: readonly Environment[]
  /** Every name that is written, those of faulty entries too, so that one mistake does not bring others. */
  readonly names: readonly string[]
  /** Whether all entries could be read, so that selectors can be judged. */
  readonly complete: boolean
}

export function readEnvironments(value: unknown, path: Path, reading: Reading): KnownEnvironments {
  const entries = value === undefined ? [] : readEntries(value, path, reading)
  if (entries === undefined) return { environments: [], names: [], complete: false }
  const environments = entries.flatMap(([name, entry]) => readEnvironment(name, entry, path, reading) ?? [])
  reportRepetitions(entries, environments, path, reading)
  return {
    environments,
    names: entries.map(([name]) => name),
    complete: environments.length === entries.length,
  }
}

function readEnvironment(
  name: string,
  value: unknown,
  parent: Path,
  reading: Reading,
): Environment | undefined {
  const path = [...parent, name]
  const given = readMapping(value, path, { id: 'required', labels: 'optional' }, reading)
  if (given === undefined) return undefined
  const labels = given.labels === undefined ? {} : readLabels(given.labels, [...path, 'labels'], reading)
  const id = given.id === undefined ? undefined : readValue(environmentId, given.id, [...path, 'id'], reading)
  return id === undefined || labels === undefined ? undefined : { name, id, labels }
}

/** Labels and other plain `name: text` pairs; `check` looks at each text that could be read. */
export function readLabels(
  value: unknown,
  path: Path,
  reading: Reading,
  check: (text: string, path: Path) => void = () => undefined,
): Readonly<Record<string, string>> | undefined {
  const entries = readEntries(value, path, reading)
  if (entries === undefined) return undefined
  const read = entries.flatMap(([name, entry]) => {
    const inner = [...path, name]
    const content = readValue(text, entry, inner, reading)
    if (content !== undefined) check(content, inner)
    if (isPlainName(name)) return content === undefined ? [] : [[name, content] as const]
    const remedy = 'use letters, digits, ".", "_" and "-", a letter first'
    reading.problem(inner, `${quote(name)} cannot be a name here`, remedy, { key: true })
    return []
  })
  return read.length === entries.length ? Object.fromEntries(read) : undefined
}

function reportRepetitions(
  entries: readonly (readonly [string, unknown])[],
  environments: readonly Environment[],
  path: Path,
  reading: Reading,
): void {
  const firstByName = new Map<string, string>()
  for (const [name] of entries) {
    const first = firstByName.get(foldKey(name))
    if (first === undefined) firstByName.set(foldKey(name), name)
    else {
      const message = `environment ${quote(name)} is there already as ${quote(first)}`
      reading.problem([...path, name], message, 'give each environment a name of its own', { key: true })
    }
  }
  const firstById = new Map<string, string>()
  for (const { name, id } of environments) {
    const first = firstById.get(foldKey(id))
    if (first === undefined) firstById.set(foldKey(id), name)
    else {
      const message = `environment id ${quote(id)} is that of ${quote(first)} already`
      reading.problem(
        [...path, name, 'id'],
        message,
        `correct the id, or remove ${quote(name)} or ${quote(first)}`,
      )
    }
  }
}
