/** The policies of the model at each level where they are to live. */
import type { DesiredPolicy } from './desired-definition.ts'
import type { DesiredLevel } from './desired-group.ts'
import type { AccessModel, Environment, LevelSelector } from './model.ts'
import { environmentsOf } from './select.ts'

/** The account first, then environments by id; by name within each. */
export function expandPolicies({
  policies,
  environments,
}: Pick<AccessModel, 'policies' | 'environments'>): readonly DesiredPolicy[] {
  return policies
    .flatMap(({ name, description, statement, level }) =>
      homesOf(level, environments).map(home => ({ name, description, statement, level: home })),
    )
    .sort((a, b) => compare(homeKey(a.level), homeKey(b.level)) || compare(a.name, b.name))
}

function homesOf(level: LevelSelector, environments: readonly Environment[]): readonly DesiredLevel[] {
  if (level.kind === 'account') return [{ kind: 'account' }]
  return environmentsOf(level, environments).map(({ id }) => ({ kind: 'environment', id }))
}

function homeKey(level: DesiredLevel): string {
  return level.kind === 'account' ? '' : level.id
}

function compare(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
