/** Policies and boundaries of the account in the words of `bridge.yaml`. */
import { canonicalJson } from '../../lib/digest.ts'
import type { AccountFacts, PolicyFact } from './account-facts.ts'
import type { DraftBoundary, DraftPolicy, Unsaid } from './draft.ts'
import type { Places } from './places.ts'
import { joinLevels, placeText } from './say-bindings.ts'
import { descriptionObstacle, quoted } from './sayable.ts'

/** Those that Dynatrace itself keeps are no business of the file. */
export function sayPolicies(
  { policies }: AccountFacts,
  places: Places,
): { readonly said: readonly DraftPolicy[]; readonly unsaid: readonly Unsaid[] } {
  const unsaid: Unsaid[] = []
  const said: DraftPolicy[] = []
  for (const policy of policies) {
    if (!policy.defined) continue
    const { name, statement } = policy
    const home = places.policyHome(policy)
    const description = policy.description.trim()
    const obstacle = descriptionObstacle(description)
    if (home.kind === 'said' && obstacle === undefined && statement !== undefined) {
      said.push({ name, description, level: home.value, statement: statement.trim() })
      continue
    }
    const why = home.kind === 'unsaid' ? home.why : `its description ${obstacle ?? 'cannot be said'}`
    unsaid.push(notDefined('policy', `${quoted(name)} of ${homeText(policy)}`, why))
  }
  return { said: byName(joinLevels(said)), unsaid }
}

export function sayBoundaries(
  { boundaries }: AccountFacts,
  places: Places,
): { readonly said: readonly DraftBoundary[]; readonly unsaid: readonly Unsaid[] } {
  const unsaid: Unsaid[] = []
  const said: DraftBoundary[] = []
  for (const boundary of boundaries) {
    if (!boundary.defined) continue
    const { name, query } = boundary
    const home = places.boundaryHome(boundary)
    if (home.kind === 'said' && query !== undefined) said.push({ name, query: query.trim() })
    else if (home.kind === 'unsaid') unsaid.push(notDefined('boundary', quoted(name), home.why))
  }
  return { said: byName(said), unsaid }
}

const homeText = ({ level }: PolicyFact): string =>
  level.kind === 'account' ? 'the account' : placeText(level)

const notDefined = (kind: 'policy' | 'boundary', which: string, why: string): Unsaid => ({
  kind,
  what: `${kind} ${which}`,
  rule: undefined,
  why: `${why}; it stays as it is, and bindings may name it all the same`,
})

const byName = <T extends { readonly name: string }>(all: readonly T[]): readonly T[] =>
  all.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))

const rank = (each: { readonly name: string }): string => `${each.name.toLowerCase()} ${canonicalJson(each)}`
