/** Which policies and boundaries of ours the bindings of the rules mean. */
import type { DesiredGroup, DesiredLevel } from '../access/desired-group.ts'
import type { Catalogue, Lookup } from './catalogue.ts'
import { sameBoundary } from './definition-text.ts'
import { definitionKey } from './keys.ts'
import type { Definitions } from './owned-definitions.ts'

const ACCOUNT: DesiredLevel = { kind: 'account' }

/** The definitions that the bindings of these groups mean. */
export function definitionsFor(definitions: Definitions, groups: Iterable<DesiredGroup>): Definitions {
  const needed = new Set<string>()
  const need = (found: Lookup | undefined) => found?.kind === 'found' && needed.add(found.id)
  for (const { bindings } of groups) {
    for (const { policy, level, boundaries } of bindings) {
      need(findOwnPolicy(definitions, policy, level))
      for (const name of boundaries) need(findOwnBoundary(definitions, name))
    }
  }
  const only = <T>(all: ReadonlyMap<string, T>) => new Map([...all].filter(([id]) => needed.has(id)))
  return {
    ...definitions,
    policies: only(definitions.policies),
    boundaries: only(definitions.boundaries),
    unwanted: { policies: [], boundaries: [] },
    taken: [],
    vanished: [],
  }
}

/** Whether the account holds all of them under these names, and boundaries with these queries; texts of policies are not in a list. */
export function isInStep({ policies, boundaries }: Definitions, catalogue: Catalogue): boolean {
  const there = new Map(catalogue.policies.map(each => [each.id, each.name]))
  const queries = new Map(catalogue.boundaries.map(each => [each.id, each]))
  return (
    policies.values().every(({ id, name }) => there.get(id) === name) &&
    boundaries.values().every(wanted => {
      const found = queries.get(wanted.id)
      return found !== undefined && sameBoundary(found, wanted)
    })
  )
}

/**
 * Without those that the account calls or says differently. To say them anew has to be weighed with everything that is
 * bound to them, which only a full pass knows; until then nothing more is bound to them, and nothing is taken away there.
 */
export function withoutRedefined(definitions: Definitions, catalogue: Catalogue): Definitions {
  const named = new Map(catalogue.policies.map(each => [each.id, each.name]))
  const said = new Map(catalogue.boundaries.map(each => [each.id, each]))
  const policies = [...definitions.policies.values()].filter(
    ({ id, name }) => named.has(id) && named.get(id) !== name,
  )
  const boundaries = [...definitions.boundaries.values()].filter(wanted => {
    const found = said.get(wanted.id)
    return found !== undefined && !sameBoundary(found, wanted)
  })
  if (policies.length + boundaries.length === 0) return definitions
  const ids = new Set([...policies, ...boundaries].map(({ id }) => id))
  const rest = <T>(all: ReadonlyMap<string, T>) => new Map([...all].filter(([id]) => !ids.has(id)))
  const keys = (all: ReadonlyMap<string, string>) =>
    [...all].flatMap(([key, id]) => (ids.has(id) ? [key] : []))
  return {
    ...definitions,
    policies: rest(definitions.policies),
    boundaries: rest(definitions.boundaries),
    withheld: {
      policies: new Set([...definitions.withheld.policies, ...keys(definitions.policyIds)]),
      boundaries: new Set([...definitions.withheld.boundaries, ...keys(definitions.boundaryIds)]),
    },
  }
}

/** The policy of ours that a binding at this level means by this name: of the level itself before one of the account. */
export function findOwnPolicy(
  { policyIds, withheld }: Definitions,
  name: string,
  level: DesiredLevel,
): Lookup | undefined {
  for (const home of level.kind === 'account' ? [level] : [level, ACCOUNT]) {
    const key = definitionKey(home, name)
    if (withheld.policies.has(key)) return { kind: 'withheld' }
    const id = policyIds.get(key)
    if (id !== undefined) return { kind: 'found', id }
  }
  return undefined
}

export function findOwnBoundary({ boundaryIds, withheld }: Definitions, name: string): Lookup | undefined {
  const key = definitionKey(ACCOUNT, name)
  if (withheld.boundaries.has(key)) return { kind: 'withheld' }
  const id = boundaryIds.get(key)
  return id === undefined ? undefined : { kind: 'found', id }
}
