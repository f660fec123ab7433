/** Environments by the labels they must carry. */
import { nearest } from '../lib/nearest.ts'
import { joinParts } from './level-parts.ts'
import type { Path } from './locate.ts'
import type { Environment, LevelSelector } from './model.ts'
import { type KnownEnvironments, type LevelContext, reportName } from './read-environments.ts'
import { type Captures, readTemplateText } from './read-template.ts'
import { allRead, type Reading, readEntries } from './reading.ts'
import { selectByLabels } from './select.ts'
import { readTemplate } from './template.ts'
import { isPlainName } from './values.ts'

/** Values of a label, any of which will do. */
type Wanted = readonly (readonly [label: string, values: readonly string[]])[]

const mostCombinations = 100

export function readLabelSelector(
  value: object,
  path: Path,
  context: LevelContext,
  reading: Reading,
): LevelSelector | undefined {
  const wanted = readWanted(value, path, context, reading)
  if (wanted === undefined) return undefined
  if (wanted.length === 0) {
    reading.problem(path, 'the selector is empty', 'name a label, or write { environments: all }')
    return undefined
  }
  if (wanted.reduce((count, [, values]) => count * values.length, 1) > mostCombinations) {
    const remedy = `name fewer values, or label the environments so that one label tells them`
    reading.problem(path, `the values can be combined in more than ${mostCombinations} ways`, remedy)
    return undefined
  }
  if (context.known.complete) checkSelection(wanted, path, context, reading)
  return joinParts(combine(wanted).map(labels => ({ kind: 'labels', labels })))
}

function readWanted(
  value: object,
  path: Path,
  { scope }: LevelContext,
  reading: Reading,
): Wanted | undefined {
  const entries = readEntries(value, path, reading)
  return allRead(
    entries?.map(([label, entry]) => {
      const inner = [...path, label]
      const values = readValues(entry, inner, reading, (item, place) =>
        readTemplateText(item, place, scope, reading),
      )
      if (isPlainName(label)) return values && ([label, values] as const)
      reportName(label, inner, reading)
      return undefined
    }),
  )
}

function readValues(
  entry: unknown,
  path: Path,
  reading: Reading,
  read: (item: unknown, path: Path) => string | undefined,
): readonly string[] | undefined {
  if (!Array.isArray(entry)) return allRead([read(entry, path)])
  if (entry.length === 0) {
    reading.problem(path, `"${path.at(-1)}" is an empty list`, 'name the values of which any will do')
    return undefined
  }
  const values = allRead(entry.map((item, index) => read(item, [...path, index])))
  return values && [...new Set(values)]
}

function combine(wanted: Wanted): readonly Readonly<Record<string, string>>[] {
  let all: readonly Readonly<Record<string, string>>[] = [{}]
  for (const [label, values] of wanted) {
    all = all.flatMap(labels => values.map(value => ({ ...labels, [label]: value })))
  }
  return all
}

/** Tells of a selector that takes nothing, whatever is captured, and of values for which it does. */
function checkSelection(wanted: Wanted, path: Path, { known, scope }: LevelContext, reading: Reading): void {
  const fixed = wanted.filter(([, values]) => values.every(isFixed))
  const candidates = known.environments.filter(environment =>
    fixed.every(([label, values]) =>
      values.some(value => selectByLabels([environment], { [label]: value }).length > 0),
    ),
  )
  const taken = candidates.filter(({ labels }) => wanted.every(([label]) => Object.hasOwn(labels, label)))
  if (taken.length === 0) {
    const said = wanted.map(([label, values]) => `${label}=${values.join('|')}`).join(' and ')
    reading.problem(path, `no environment has the label ${said}`, labelRemedy(wanted, known))
    return
  }
  for (const [label, values] of wanted) {
    for (const value of values) {
      const place = [...path, label]
      if (!isFixed(value)) warnOfChoices(label, value, place, taken, scope.captures, reading)
      else if (selectByLabels(taken, { [label]: value }).length === 0) {
        const remedy = 'label an environment so, or take the value out of the list'
        reading.warning(place, `no environment has the label ${label}=${value}`, remedy)
      }
    }
  }
}

function warnOfChoices(
  label: string,
  value: string,
  path: Path,
  taken: readonly Environment[],
  captures: Captures | undefined,
  reading: Reading,
): void {
  for (const [variable, choice] of choicesOf(value, captures)) {
    if (selectByLabels(taken, { [label]: choice }).length > 0) continue
    const message = `no environment has the label ${label}=${choice}, which {${variable}} can be`
    const remedy = `label an environment so, or take "${choice}" out of the choices of {${variable}}`
    reading.warning(path, message, remedy)
  }
}

function isFixed(value: string): boolean {
  return readTemplate(value).every(({ kind }) => kind === 'text')
}

/** What a value that is one variable can be. */
function choicesOf(value: string, captures: Captures | undefined): readonly (readonly [string, string])[] {
  const [segment, ...others] = readTemplate(value)
  if (segment?.kind !== 'variable' || others.length > 0) return []
  return (captures?.get(segment.name) ?? []).map(choice => [segment.name, choice] as const)
}

function labelRemedy(wanted: Wanted, { environments }: KnownEnvironments): string {
  const there = [
    ...new Set(
      environments.flatMap(({ labels }) => Object.entries(labels).map(([name, value]) => `${name}=${value}`)),
    ),
  ]
  if (there.length === 0) return 'give the environments labels under "environments" at the top'
  const asked = wanted.flatMap(([label, values]) => values.map(value => `${label}=${value}`))
  const similar = asked.map(label => nearest(label, there)).find(label => label !== undefined)
  return similar === undefined ? `there are the labels ${there.join(', ')}` : `did you mean ${similar}?`
}
