/** Which environments a label selector takes. */
import { foldKey } from '../lib/fold.ts'
import type { Environment, LevelSelector } from './model.ts'

type Labels = Readonly<Record<string, string>>

/**
 * Environments that carry all these labels; an empty selector takes all. Values are compared without
 * letter case, as they often come from names of IdP groups.
 */
export function selectByLabels<Known extends Environment>(
  environments: readonly Known[],
  wanted: Labels,
): readonly Known[] {
  const entries = Object.entries(wanted)
  return environments.filter(({ labels }) =>
    entries.every(([name, value]) => Object.hasOwn(labels, name) && sameText(labels[name], value)),
  )
}

/** The environments of a selector that holds no variables; none for the account. */
export function environmentsOf(
  level: LevelSelector,
  environments: readonly Environment[],
): readonly Environment[] {
  switch (level.kind) {
    case 'account':
      return []
    case 'environments':
      return environments.filter(({ name }) => level.names.includes(name))
    case 'labels':
      return selectByLabels(environments, level.labels)
    case 'several': {
      const chosen = new Set(level.of.flatMap(each => environmentsOf(each, environments)))
      return environments.filter(environment => chosen.has(environment))
    }
  }
}

function sameText(one: string | undefined, other: string): boolean {
  return one !== undefined && foldKey(one) === foldKey(other)
}
