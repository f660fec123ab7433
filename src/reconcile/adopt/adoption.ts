/** What is being adopted, and the registry as it will be then. Pure. */
import { foldKey } from '../../lib/fold.ts'
import { definitionKey } from '../keys.ts'
import type { OwnedDefinition, OwnedGroup, Ownership } from '../ownership.ts'
import type { StatePolicy } from '../state.ts'

export interface Adoption {
  readonly groups: readonly AdoptedGroup[]
  readonly definitions: readonly AdoptedDefinition[]
  /** ISO 8601. */
  readonly at: string
}

export interface AdoptedGroup {
  /** uuid in Dynatrace. */
  readonly id: string
  /** As the account spells it. */
  readonly name: string
  /** Ids of the IdP groups that feed it. */
  readonly sources: readonly string[]
}

export interface AdoptedDefinition {
  readonly kind: 'policy' | 'boundary'
  readonly id: string
  readonly name: string
  readonly level: StatePolicy['level']
}

export function asIfAdopted(ownership: Ownership, adoption: Adoption | undefined): Ownership {
  if (adoption === undefined) return ownership
  const { groups, definitions, at } = adoption
  const owned = groups.map(({ id, name, sources }): [string, OwnedGroup] => {
    const nameKey = foldKey(name)
    return [nameKey, { rowId: id, dynatraceId: id, name, nameKey, sources, at, adopted: true }]
  })
  const own = (kind: AdoptedDefinition['kind']) =>
    definitions
      .filter(each => each.kind === kind)
      .map(({ id, name, level }): [string, OwnedDefinition] => {
        const nameKey = definitionKey(level, name)
        return [nameKey, { id, name, nameKey, state: 'owned', at, adopted: true }]
      })
  return {
    ...ownership,
    groups: new Map([...ownership.groups, ...owned]),
    policies: new Map([...ownership.policies, ...own('policy')]),
    boundaries: new Map([...ownership.boundaries, ...own('boundary')]),
  }
}
