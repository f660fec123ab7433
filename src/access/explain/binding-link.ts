/** The binding: whether its rule asks for it in this place, and whether the account has it. */
import { canonicalJson } from '../../lib/digest.ts'
import { foldKey } from '../../lib/fold.ts'
import type { DesiredBinding, DesiredLevel } from '../desired-group.ts'
import { environmentId } from '../evaluate/facts.ts'
import type { Place } from '../impact/side.ts'
import type { Environment } from '../model.ts'
import { levelText } from './evidence.ts'
import { waitingOr } from './group-link.ts'
import { broken, type Link, ok, unknown } from './link.ts'
import { endedLink } from './person-links.ts'
import type { PossibleBinding } from './possible.ts'
import type { ExplainFacts } from './question.ts'

const kind = 'binding'

/** The level of these that counts in the place. */
export const levelIn = (levels: readonly DesiredLevel[], place: Place): DesiredLevel | undefined =>
  levels.find(level => level.kind === 'environment' && level.id === environmentId(place)) ??
  levels.find(level => level.kind === 'account')

/** What the rules make of it. */
export function askedLink(binding: PossibleBinding, place: Place, facts: ExplainFacts): Link {
  const { rule, template, filled, levels } = binding
  const environments = facts.whole.environments
  const level = levelIn(levels, place)
  const name = bindingName(filled, level ?? placeLevel(place), environments)
  const ended =
    endedLink(kind, `"${filled.policy}"`, template, facts.now) ??
    endedLink('rule', rule.name, rule, facts.now)
  if (ended !== undefined) return { ...ended, kind, name }
  if (level !== undefined) return ok(kind, name)
  const where =
    levels.length === 0
      ? 'in no environment'
      : `in ${levels.map(each => levelName(each, environments)).join(', ')} only`
  return broken(
    kind,
    name,
    `Rule "${rule.name}" binds "${filled.policy}" ${where}, not in ${placeName(place)}.`,
    place.kind === 'account'
      ? 'Ask for one environment, or bind the policy to the account in bridge.yaml.'
      : `Let the level of the rule take ${placeName(place)} in bridge.yaml, or use the IdP group for it.`,
  )
}

/** What the account has of it; undefined when it was not looked at. */
export function heldBindingLink(
  group: string,
  binding: DesiredBinding,
  facts: ExplainFacts,
): Link | undefined {
  const known = facts.account?.bindings.get(levelText(binding.level))
  if (known === undefined) return undefined
  const name = bindingName(binding, binding.level, facts.whole.environments)
  if (known.kind === 'unread') return unknown(kind, name, known.why)
  const alike = known.value.filter(
    held =>
      foldKey(held.group) === foldKey(group) &&
      foldKey(held.policy) === foldKey(binding.policy) &&
      canonicalJson(held.parameters) === canonicalJson(binding.parameters),
  )
  if (alike.length === 0) {
    return broken(
      kind,
      name,
      `The account does not have this binding in ${levelName(binding.level, facts.whole.environments)} (drift).`,
      waitingOr(group, 'adds it', facts),
    )
  }
  const wanted = namesText(binding.boundaries)
  if (alike.some(({ boundaries }) => namesText(boundaries) === wanted)) return ok(kind, name)
  const has = alike
    .map(({ boundaries }) => (boundaries.length === 0 ? 'none' : boundaries.join(' + ')))
    .join('; ')
  return unknown(kind, name, `In the account it has other boundaries than the rules say (drift): ${has}.`)
}

export function bindingName(
  { policy, parameters }: Pick<DesiredBinding, 'policy' | 'parameters'>,
  level: DesiredLevel,
  environments: readonly Environment[],
): string {
  const values = Object.entries(parameters).map(([name, value]) => `${name}=${value}`)
  return [policy, levelName(level, environments), ...values].join(', ')
}

export function levelName(level: DesiredLevel, environments: readonly Environment[]): string {
  if (level.kind === 'account') return 'account'
  return `environment ${environments.find(({ id }) => id === level.id)?.name ?? level.id}`
}

const placeLevel = (place: Place): DesiredLevel =>
  place.kind === 'account' ? place : { kind: 'environment', id: place.id }

const placeName = (place: Place): string =>
  place.kind === 'account' ? 'the account' : `environment ${place.name}`

const namesText = (names: readonly string[]): string => [...new Set(names.map(foldKey))].sort().join('\n')
