/**
 * What a group grants, worked out once for each level it has bindings at: an environment where it has none of its own
 * is like any other such one.
 */
import type { DesiredBinding, DesiredGroup } from '../desired-group.ts'
import { type Granted, grantedBy } from './granted.ts'
import type { Texts } from './texts.ts'

export interface ByLevel {
  readonly account: Granted
  /** By id, only what is bound there; environments without are not in it. */
  readonly environments: ReadonlyMap<string, Granted>
}

export function grantedByLevel(group: DesiredGroup, texts: Texts): ByLevel {
  const levels = Map.groupBy(group.bindings, ({ level }) => (level.kind === 'account' ? '' : level.id))
  const at = (id: string, bindings: readonly DesiredBinding[]): Granted =>
    grantedBy({ ...group, bindings }, id === '' ? undefined : id, texts)
  const environments = [...levels].filter(([id]) => id !== '')
  return {
    account: at('', levels.get('') ?? []),
    environments: new Map(environments.map(([id, bindings]) => [id, at(id, bindings)])),
  }
}

/** What of several groups counts in an environment (by id), or of their bindings to the account alone. */
export function grantedIn(groups: readonly ByLevel[], environment: string | undefined): Granted {
  const parts = groups.flatMap(({ account, environments }) => {
    const own = environment === undefined ? undefined : environments.get(environment)
    return own === undefined ? [account] : [account, own]
  })
  return {
    statements: parts.flatMap(({ statements }) => statements),
    unknown: parts.flatMap(({ unknown }) => unknown),
  }
}
