/** The levels that a selector chooses, in the order in which what is granted there is listed. */
import type { DesiredLevel } from './desired-group.ts'
import type { Environment, LevelSelector } from './model.ts'
import { selectByLabels } from './select.ts'
import { compileTemplate, type Variables } from './template.ts'

/** A level with its place in the order of all: the account, then environments by id. */
export interface RankedLevel {
  readonly rank: number
  readonly level: DesiredLevel
}

export interface RankedEnvironment extends Environment {
  readonly ranked: RankedLevel
}

/** `note` is told of label selectors that choose nothing. */
export type LevelChoice = (variables: Variables, note: (selector: string) => void) => readonly RankedLevel[]

const account: readonly RankedLevel[] = [{ rank: 0, level: { kind: 'account' } }]

/** Sorted, so that whatever is chosen of them is. */
export const rankEnvironments = (environments: readonly Environment[]): readonly RankedEnvironment[] =>
  environments
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((environment, at) => ({
      ...environment,
      ranked: { rank: at + 1, level: { kind: 'environment', id: environment.id } },
    }))

export function compileLevel(
  selector: LevelSelector,
  environments: readonly RankedEnvironment[],
): LevelChoice {
  switch (selector.kind) {
    case 'account':
      return () => account
    case 'environments': {
      const chosen = environments
        .filter(({ name }) => selector.names.includes(name))
        .map(({ ranked }) => ranked)
      return () => chosen
    }
    case 'labels':
      return compileSelector(selector.labels, environments)
    case 'several': {
      const each = selector.of.map(one => compileLevel(one, environments))
      return (variables, note) => distinct(each.flatMap(levels => levels(variables, note)))
    }
  }
}

function compileSelector(
  labels: Readonly<Record<string, string>>,
  environments: readonly RankedEnvironment[],
): LevelChoice {
  const templates = Object.entries(labels).map(([name, value]) => [name, compileTemplate(value)] as const)
  /** Groups ask for the same few values again and again. */
  const known = new Map<string, readonly RankedLevel[]>()
  return (variables, note) => {
    const wanted = templates.map(([name, value]) => [name, value(variables)] as const)
    const key = JSON.stringify(wanted)
    let chosen = known.get(key)
    if (chosen === undefined) {
      chosen = selectByLabels(environments, Object.fromEntries(wanted)).map(({ ranked }) => ranked)
      if (known.size < mostKnown) known.set(key, chosen)
    }
    if (chosen.length === 0) note(wanted.map(([name, value]) => `${name}=${value}`).join(' and '))
    return chosen
  }
}

/** Values are captured from names that anybody may choose. */
const mostKnown = 1_000

function distinct(levels: readonly RankedLevel[]): readonly RankedLevel[] {
  const each = new Map(levels.map(level => [level.rank, level]))
  return [...each.values()].sort((a, b) => a.rank - b.rank)
}
