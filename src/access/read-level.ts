/** The `level` of a binding or permission: the account, or environments by name or label. */
import { nearest } from '../lib/nearest.ts'
import type { Path } from './locate.ts'
import type { LevelSelector } from './model.ts'
import { type KnownEnvironments, readLabels } from './read-environments.ts'
import { type Captures, checkTemplate } from './read-template.ts'
import { allRead, quote, type Reading, readList, readMapping, readValue } from './reading.ts'
import { selectByLabels } from './select.ts'
import { readTemplate } from './template.ts'
import { text } from './values.ts'

const forms =
  'write account, { environments: [name, …] }, { environments: { label: value } } or { environments: all }'

/** What a level is read against. */
export interface LevelContext {
  readonly known: KnownEnvironments
  readonly captures: Captures | undefined
}

export function readLevel(
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
  const given = readMapping(value, path, { environments: 'required' }, reading)
  if (given?.environments === undefined) return undefined
  const inner = [...path, 'environments']
  if (given.environments === 'all') return readAll(inner, context.known, reading)
  if (Array.isArray(given.environments)) return readNames(given.environments, inner, context.known, reading)
  if (given.environments !== null && typeof given.environments === 'object') {
    return readSelector(given.environments, inner, context, reading)
  }
  reading.problem(inner, `"environments" cannot be ${quote(given.environments)}`, forms)
  return undefined
}

function readAll(path: Path, known: KnownEnvironments, reading: Reading): LevelSelector {
  if (known.names.length === 0) {
    reading.problem(path, 'there are no environments to take', 'list them under "environments" at the top')
  }
  return { kind: 'labels', labels: {} }
}

function readNames(
  value: unknown,
  path: Path,
  known: KnownEnvironments,
  reading: Reading,
): LevelSelector | undefined {
  const items = readList(value, path, reading) ?? []
  if (items.length === 0) reading.problem(path, '"environments" names none', forms)
  const names = items.map((item, index) => readValue(text, item, [...path, index], reading))
  for (const [index, name] of names.entries()) {
    if (name === undefined || known.names.includes(name)) continue
    reading.problem(
      [...path, index],
      `there is no environment ${quote(name)}`,
      unknownNameRemedy(name, known),
    )
  }
  const complete = allRead(names)
  return complete && { kind: 'environments', names: [...new Set(complete)] }
}

function unknownNameRemedy(name: string, known: KnownEnvironments): string {
  if (name.includes('{')) {
    return 'names hold no variables; select by label instead: { environments: { stage: "{stage}" } }'
  }
  const meant = nearest(name, known.names)
  if (meant !== undefined) return `did you mean ${quote(meant)}?`
  if (known.names.length === 0) return 'list it under "environments" at the top'
  return `there are ${known.names.map(quote).join(', ')}; others are to be added under "environments"`
}

function readSelector(
  value: object,
  path: Path,
  context: LevelContext,
  reading: Reading,
): LevelSelector | undefined {
  const labels = readLabels(value, path, reading, (wanted, inner) =>
    checkTemplate(wanted, inner, context.captures, reading),
  )
  if (labels === undefined) return undefined
  if (Object.keys(labels).length === 0) {
    reading.problem(path, 'the selector is empty', 'name a label, or write { environments: all }')
    return undefined
  }
  if (context.known.complete) checkSelection(labels, path, context, reading)
  return { kind: 'labels', labels }
}

/** Tells of a selector that takes nothing, whatever is captured, and of captures for which it does. */
function checkSelection(
  labels: Readonly<Record<string, string>>,
  path: Path,
  { known, captures }: LevelContext,
  reading: Reading,
): void {
  const fixed = Object.fromEntries(
    Object.entries(labels).filter(([, value]) => readTemplate(value).every(({ kind }) => kind === 'text')),
  )
  const candidates = selectByLabels(known.environments, fixed)
  const taken = candidates.filter(environment =>
    Object.keys(labels).every(name => Object.hasOwn(environment.labels, name)),
  )
  if (taken.length === 0) {
    const wanted = Object.entries(labels).map(([name, value]) => `${name}=${value}`)
    reading.problem(path, `no environment has the label ${wanted.join(' and ')}`, labelRemedy(labels, known))
    return
  }
  for (const [name, value] of Object.entries(labels)) {
    const [segment, ...others] = readTemplate(value)
    if (segment?.kind !== 'variable' || others.length > 0) continue
    for (const choice of captures?.get(segment.name) ?? []) {
      if (selectByLabels(taken, { [name]: choice }).length > 0) continue
      const message = `no environment has the label ${name}=${choice}, which {${segment.name}} can be`
      const remedy = `label an environment so, or take ${quote(choice)} out of the choices of {${segment.name}}`
      reading.warning([...path, name], message, remedy)
    }
  }
}

function labelRemedy(labels: Readonly<Record<string, string>>, known: KnownEnvironments): string {
  const there = [
    ...new Set(
      known.environments.flatMap(({ labels }) =>
        Object.entries(labels).map(([name, value]) => `${name}=${value}`),
      ),
    ),
  ]
  if (there.length === 0) return 'give the environments labels under "environments" at the top'
  const meant = Object.entries(labels).map(([name, value]) => nearest(`${name}=${value}`, there))
  const similar = meant.find(label => label !== undefined)
  return similar === undefined ? `there are the labels ${there.join(', ')}` : `did you mean ${similar}?`
}
