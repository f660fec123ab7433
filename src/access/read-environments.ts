/** The `environments` of the files: names for environment ids, with labels that rules select by. */
import { foldKey } from '../lib/fold.ts'
import type { Path } from './locate.ts'
import type { Environment } from './model.ts'
import { readTemplateOf, type Scope } from './read-template.ts'
import { quote, type Reading, readEntries, readMapping, readValue } from './reading.ts'
import { environmentShape } from './schema/definition.ts'
import { environmentId, isPlainName, text } from './values.ts'
import type { Written } from './written.ts'

export interface KnownEnvironments {
  readonly environments: readonly Environment[]
  /** Every name that is written, those of faulty entries too, so that one mistake does not bring others. */
  readonly names: readonly string[]
  /** Whether all entries could be read, so that selectors can be judged. */
  readonly complete: boolean
}

/** What a level is read against. */
export interface LevelContext {
  readonly known: KnownEnvironments
  readonly scope: Scope
}

/** Those of all files; `scope` holds the variables of the files. */
export function readEnvironments(written: readonly Written<unknown>[], scope: Scope): KnownEnvironments {
  const read = written.map(each => readOfFile(each, scope))
  const entries = read.flatMap(({ entries }) => entries)
  const environments = read.flatMap(({ environments }) => environments)
  reportRepetitions(entries, environments)
  return {
    environments: environments.map(({ value }) => value),
    names: entries.map(({ value }) => value),
    complete: read.every(({ complete }) => complete) && environments.length === entries.length,
  }
}

function readOfFile(
  { value, path, reading }: Written<unknown>,
  scope: Scope,
): {
  readonly entries: readonly Written<string>[]
  readonly environments: readonly Written<Environment>[]
  readonly complete: boolean
} {
  const entries = readEntries(value, path, reading)
  return {
    entries: (entries ?? []).map(([name]) => ({ value: name, path: [...path, name], reading })),
    environments: (entries ?? []).flatMap(([name, entry]) => {
      const inner = [...path, name]
      const environment = readEnvironment(name, entry, inner, scope, reading)
      return environment === undefined ? [] : { value: environment, path: inner, reading }
    }),
    complete: entries !== undefined,
  }
}

function readEnvironment(
  name: string,
  value: unknown,
  path: Path,
  scope: Scope,
  reading: Reading,
): Environment | undefined {
  const given = readMapping(value, path, environmentShape.keys, reading)
  if (given === undefined) return undefined
  const labels =
    given.labels === undefined ? {} : readLabels(given.labels, [...path, 'labels'], scope, reading)
  const id = given.id === undefined ? undefined : readValue(environmentId, given.id, [...path, 'id'], reading)
  return id === undefined || labels === undefined ? undefined : { name, id, labels }
}

/** Labels and parameters: plain `name: text` pairs, with constants filled in. */
export function readLabels(
  value: unknown,
  path: Path,
  scope: Scope,
  reading: Reading,
): Readonly<Record<string, string>> | undefined {
  const entries = readEntries(value, path, reading)
  if (entries === undefined) return undefined
  const read = entries.flatMap(([name, entry]) => {
    const inner = [...path, name]
    const content = readValue(text, entry, inner, reading)
    const filled = content === undefined ? undefined : readTemplateOf(content, inner, scope, reading)
    if (isPlainName(name)) return filled === undefined ? [] : [[name, filled] as const]
    reportName(name, inner, reading)
    return []
  })
  return read.length === entries.length ? Object.fromEntries(read) : undefined
}

/** That something cannot be the name of a label or parameter. */
export function reportName(name: string, path: Path, reading: Reading): void {
  const remedy = 'use letters, digits, ".", "_" and "-", a letter first'
  reading.problem(path, `${quote(name)} cannot be a name here`, remedy, { key: true })
}

function reportRepetitions(
  names: readonly Written<string>[],
  environments: readonly Written<Environment>[],
): void {
  const firstByName = new Map<string, Written<string>>()
  for (const each of names) {
    const { value: name, path, reading } = each
    const first = firstByName.get(foldKey(name))
    if (first === undefined) firstByName.set(foldKey(name), each)
    else {
      const message = `environment ${quote(name)} is there already as ${placed(quote(first.value), first, reading)}`
      reading.problem(path, message, 'give each environment a name of its own', { key: true })
    }
  }
  const firstById = new Map<string, Written<Environment>>()
  for (const each of environments) {
    const { value, path, reading } = each
    const { name, id } = value
    const first = firstById.get(foldKey(id))
    if (first === undefined) firstById.set(foldKey(id), each)
    else {
      const taken = placed(quote(first.value.name), first, reading)
      const remedy = `correct the id, or remove ${quote(name)} or ${quote(first.value.name)}`
      reading.problem([...path, 'id'], `environment id ${quote(id)} is that of ${taken} already`, remedy)
    }
  }
}

/** With the place, where that is in another file. */
function placed(name: string, first: Written<unknown>, reading: Reading): string {
  if (first.reading === reading) return name
  const { file, line } = first.reading.place(first.path, { key: true })
  return `${name} in ${file}:${line}`
}
