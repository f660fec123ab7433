/** Names instead of ids: what a binding or permission of the account is called in the file, or why it cannot be. */
import { foldKey } from '../../lib/fold.ts'
import type { AccountFacts, BoundaryFact, FactLevel, PolicyFact } from './account-facts.ts'
import type { DraftEnvironment, DraftLevel } from './draft.ts'
import { quoted, textObstacle } from './sayable.ts'

export type Said<T> =
  | { readonly kind: 'said'; readonly value: T }
  | { readonly kind: 'unsaid'; readonly why: string }

export interface Places {
  level(level: FactLevel): Said<DraftLevel>
  /** Bound at this level. */
  policy(id: string, level: FactLevel): Said<string>
  boundary(id: string): Said<string>
  zone(environmentId: string, zoneId: string): Said<string>
  /** Whether the file can define it and mean this one wherever it names it. */
  policyHome(policy: PolicyFact): Said<DraftLevel>
  boundaryHome(boundary: BoundaryFact): Said<undefined>
}

/** `environments`: those that the file lists. */
export function placesOf(facts: AccountFacts, environments: readonly DraftEnvironment[]): Places {
  const names = new Map(environments.map(({ id, name }) => [id, name]))
  const policies = new Map(facts.policies.map(each => [each.id, each]))
  const policiesByName = Map.groupBy(facts.policies, ({ name }) => foldKey(name))
  const boundaries = new Map(facts.boundaries.map(each => [each.id, each]))
  const boundariesByName = Map.groupBy(facts.boundaries, ({ name }) => foldKey(name))
  const zonesByPlace = Map.groupBy(facts.zones, ({ environmentId }) => environmentId)

  const level = (at: FactLevel): Said<DraftLevel> => {
    if (at.kind === 'global') return unsaid('Dynatrace itself keeps it, for all accounts')
    if (at.kind === 'account') return said({ kind: 'account' })
    const name = names.get(at.id)
    return name === undefined
      ? unsaid(`the account has no active environment ${at.id}`)
      : said({ kind: 'environments', names: [name] })
  }
  const alike = ({ name }: { readonly name: string }) => policiesByName.get(foldKey(name)) ?? []

  return {
    level,
    policy(id, at) {
      const policy = policies.get(id)
      if (policy === undefined) return unsaid(`nothing tells the name of the policy ${id}`)
      const obstacle = textObstacle(policy.name)
      if (obstacle !== undefined) return unsaid(`the name of the policy ${quoted(policy.name)} ${obstacle}`)
      const meant = alike(policy).filter(each => each.name === policy.name && isSeenFrom(each.level, at))
      if (meant.length === 1) return said(policy.name)
      return unsaid(`${meant.length || 'no'} policies are called ${quoted(policy.name)} there`)
    },
    boundary(id) {
      const boundary = boundaries.get(id)
      if (boundary === undefined) return unsaid(`nothing tells the name of the boundary ${id}`)
      const { name } = boundary
      const obstacle = textObstacle(name)
      if (obstacle !== undefined) return unsaid(`the name of the boundary ${quoted(name)} ${obstacle}`)
      const meant = (boundariesByName.get(foldKey(name)) ?? []).filter(each => each.name === name)
      return meant.length === 1 ? said(name) : unsaid(`${meant.length} boundaries are called ${quoted(name)}`)
    },
    zone(environmentId, zoneId) {
      const zones = zonesByPlace.get(environmentId) ?? []
      const zone = zones.find(({ id }) => id === zoneId)
      if (zone === undefined) return unsaid(`nothing tells the name of the management zone ${zoneId}`)
      const obstacle = textObstacle(zone.name)
      if (obstacle !== undefined) return unsaid(`the name of the zone ${quoted(zone.name)} ${obstacle}`)
      const meant = zones.filter(({ name }) => name === zone.name)
      return meant.length === 1
        ? said(zone.name)
        : unsaid(`${meant.length} management zones are called ${quoted(zone.name)} there`)
    },
    policyHome(policy) {
      if (policy.statement === undefined) return unsaid('its text could not be read')
      const obstacle = textObstacle(policy.name)
      if (obstacle !== undefined) return unsaid(`its name ${obstacle}`)
      // A binding must never come to mean another policy once this one is ours.
      const others = alike(policy).filter(each => each !== policy && meet(each.level, policy.level))
      if (others.length > 0) return unsaid('another policy has the same name')
      return level(policy.level)
    },
    boundaryHome(boundary) {
      if (boundary.query === undefined) return unsaid('its query could not be read')
      const obstacle = textObstacle(boundary.name)
      if (obstacle !== undefined) return unsaid(`its name ${obstacle}`)
      const others = boundariesByName.get(foldKey(boundary.name)) ?? []
      return others.length === 1 ? said(undefined) : unsaid('another boundary has the same name')
    },
  }
}

/** Policies of higher levels can be bound at lower ones. */
const isSeenFrom = (home: FactLevel, at: FactLevel): boolean =>
  home.kind !== 'environment' || (at.kind === 'environment' && at.id === home.id)

/** Whether there is a level from which both are seen. */
const meet = (one: FactLevel, other: FactLevel): boolean =>
  one.kind !== 'environment' || other.kind !== 'environment' || one.id === other.id

const said = <T>(value: T): Said<T> => ({ kind: 'said', value })

const unsaid = (why: string): { readonly kind: 'unsaid'; readonly why: string } => ({ kind: 'unsaid', why })
