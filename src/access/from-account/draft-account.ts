/** An account as it is, drafted as a `bridge.yaml`: every local group a rule, every policy and boundary a definition. */
import { foldKey } from '../../lib/fold.ts'
import { isReservedGroupName } from '../reserved-names.ts'
import type { AccountFacts, GroupFact } from './account-facts.ts'
import type { Draft, DraftEnvironment, DraftRule, Unsaid } from './draft.ts'
import { nameEnvironments } from './name-environments.ts'
import { type Places, placesOf } from './places.ts'
import { sayBindings } from './say-bindings.ts'
import { sayBoundaries, sayPolicies } from './say-definitions.ts'
import { sayPermissions } from './say-permissions.ts'
import { descriptionObstacle, quoted, textObstacle } from './sayable.ts'

/** `matches`: what the IdP group of a group is called, `{name}` standing for the name of the group. */
export function draftAccount(facts: AccountFacts, matches: readonly string[] = ['{name}']): Draft {
  const active = facts.environments.filter(each => each.active)
  const environments = nameEnvironments(active)
  const places = placesOf(facts, environments)
  const homonyms = Map.groupBy(facts.groups, ({ name }) => foldKey(name))
  const unsaid: Unsaid[] = [
    ...facts.gaps.map(why => ({ kind: 'reading' as const, what: 'the account', rule: undefined, why })),
    ...facts.environments.filter(each => !each.active).map(inactive),
  ]
  const rules: DraftRule[] = []
  for (const group of facts.groups.toSorted((a, b) => (foldKey(a.name) < foldKey(b.name) ? -1 : 1))) {
    if (isReservedGroupName(group.name) || holdsNothingOfItsOwn(group)) continue
    const why = groupObstacle(group, homonyms.get(foldKey(group.name)) ?? [])
    if (why !== undefined) {
      unsaid.push({ kind: 'group', what: `group ${quoted(group.name)}`, rule: undefined, why })
      continue
    }
    const { rule, unsaid: missing } = ruleOf(group, { facts, places, matches })
    rules.push(rule)
    unsaid.push(...missing)
  }
  const policies = sayPolicies(facts, places)
  const boundaries = sayBoundaries(facts, places)
  return {
    environments: environments.toSorted(byName),
    rules,
    policies: policies.said,
    boundaries: boundaries.said,
    protect: facts.protect,
    unsaid: [...unsaid, ...policies.unsaid, ...boundaries.unsaid],
  }
}

/** Dynatrace's group of everybody is in every account, and mostly empty. */
const holdsNothingOfItsOwn = ({ owner, bindings, permissions }: GroupFact): boolean =>
  owner === 'ALL_USERS' && bindings.length + permissions.length === 0

function groupObstacle(group: GroupFact, homonyms: readonly GroupFact[]): string | undefined {
  const { name, owner, description, apart } = group
  if (owner === 'ALL_USERS') return 'everybody is in it; what it grants is kept by hand'
  if (owner === 'SAML' || owner === 'SCIM') {
    return `it belongs to ${owner}: another identity provider says who is in it, and a rule could only add rights`
  }
  if (owner !== 'LOCAL') return `it belongs to ${owner}, not to the account itself`
  if (apart !== undefined) return apart
  const obstacle = textObstacle(name)
  if (obstacle !== undefined) return `its name ${obstacle}`
  if (homonyms.length > 1) return `${homonyms.length} groups have this name; rename all but one`
  const described = descriptionObstacle(description)
  return described === undefined ? undefined : `its description ${described}; a rule would change it`
}

function ruleOf(
  { name, description, bindings, permissions }: GroupFact,
  known: { readonly facts: AccountFacts; readonly places: Places; readonly matches: readonly string[] },
): { readonly rule: DraftRule; readonly unsaid: readonly Unsaid[] } {
  const { facts, places, matches } = known
  const bound = sayBindings(bindings, places)
  const roles = sayPermissions(permissions, { places, accountId: facts.accountId })
  const missing = (kind: 'binding' | 'permission') => (each: { what: string; why: string }) => ({
    ...{ kind, rule: name, why: each.why },
    what: `group ${quoted(name)}: ${each.what}`,
  })
  return {
    rule: {
      name,
      match: distinct(matches.map(match => match.replaceAll('{name}', () => name))),
      description: description.trim(),
      bindings: bound.said,
      permissions: roles.said,
    },
    unsaid: [...bound.unsaid.map(missing('binding')), ...roles.unsaid.map(missing('permission'))],
  }
}

/** Names of IdP groups are compared without letter case. */
const distinct = (names: readonly string[]): readonly string[] =>
  names.filter((name, at) => names.findIndex(each => foldKey(each) === foldKey(name)) === at)

const inactive = ({ id, name }: AccountFacts['environments'][number]): Unsaid => ({
  kind: 'environment',
  what: `environment ${quoted(name)} (${id})`,
  rule: undefined,
  why: 'it is not active, so what is granted there can neither be read nor kept',
})

const byName = (one: DraftEnvironment, other: DraftEnvironment): number => (one.name < other.name ? -1 : 1)
