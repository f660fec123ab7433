/** The bindings of one group in the words of `bridge.yaml`; the same in several environments is one entry. */
import { canonicalJson } from '../../lib/digest.ts'
import { isPlainName } from '../values.ts'
import type { BindingFact, FactLevel } from './account-facts.ts'
import type { DraftBinding, DraftLevel } from './draft.ts'
import type { Places, Said } from './places.ts'
import { quoted, textObstacle } from './sayable.ts'

export interface SaidGrants<T> {
  readonly said: readonly T[]
  /** What, and why not. */
  readonly unsaid: readonly { readonly what: string; readonly why: string }[]
}

export function sayBindings(bindings: readonly BindingFact[], places: Places): SaidGrants<DraftBinding> {
  const unsaid: { what: string; why: string }[] = []
  const said: DraftBinding[] = []
  for (const same of Map.groupBy(bindings, identityOf).values()) {
    for (const binding of oneOf(same)) {
      const result = sayBinding(binding, places)
      if (result.kind === 'said') said.push(result.value)
      else unsaid.push({ what: titleOf(binding, places), why: result.why })
    }
    if (oneOf(same).length === 0 && same[0] !== undefined) {
      const why = 'it is bound twice, with different boundaries'
      unsaid.push({ what: titleOf(same[0], places), why })
    }
  }
  return { said: joinLevels(said), unsaid }
}

/** The same thing several times is one; with other boundaries nobody can say which is meant. */
function oneOf(same: readonly BindingFact[]): readonly BindingFact[] {
  const kinds = new Set(same.map(({ boundaryIds }) => canonicalJson([...new Set(boundaryIds)].sort())))
  return kinds.size === 1 ? same.slice(0, 1) : []
}

const identityOf = ({ level, policyId, parameters, metadata }: BindingFact): string =>
  canonicalJson({ level, policyId, parameters, metadata })

function sayBinding(binding: BindingFact, places: Places): Said<DraftBinding> {
  if (Object.keys(binding.metadata).length > 0) {
    return { kind: 'unsaid', why: 'it carries metadata, which bridge.yaml has no words for' }
  }
  for (const [name, value] of Object.entries(binding.parameters)) {
    if (!isPlainName(name))
      return { kind: 'unsaid', why: `the parameter name ${quoted(name)} is not a plain one` }
    const obstacle = textObstacle(value)
    if (obstacle !== undefined)
      return { kind: 'unsaid', why: `the value of the parameter ${name} ${obstacle}` }
  }
  const level = places.level(binding.level)
  if (level.kind === 'unsaid') return level
  const policy = places.policy(binding.policyId, binding.level)
  if (policy.kind === 'unsaid') return policy
  const boundaries: string[] = []
  for (const id of new Set(binding.boundaryIds)) {
    const boundary = places.boundary(id)
    if (boundary.kind === 'unsaid') return boundary
    boundaries.push(boundary.value)
  }
  const { parameters } = binding
  const value = { policy: policy.value, level: level.value, parameters, boundaries: boundaries.sort() }
  return { kind: 'said', value }
}

function titleOf({ level, policyId }: BindingFact, places: Places): string {
  const policy = places.policy(policyId, level)
  return `policy ${policy.kind === 'said' ? quoted(policy.value) : policyId} at ${placeText(level)}`
}

export const placeText = (level: FactLevel): string =>
  level.kind === 'environment' ? `environment ${level.id}` : `${level.kind} level`

/** Sorted: the account first, then by what is granted. */
export function joinLevels<T extends { readonly level: DraftLevel }>(grants: readonly T[]): readonly T[] {
  const joined = new Map<string, T>()
  for (const grant of grants) {
    const { level, ...what } = grant
    const key = `${level.kind} ${canonicalJson(what)}`
    joined.set(key, { ...grant, level: join(joined.get(key)?.level, level) })
  }
  const rank = (each: T): string => `${each.level.kind} ${canonicalJson({ ...each, level: undefined })}`
  return [...joined.values()].toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1))
}

function join(one: DraftLevel | undefined, other: DraftLevel): DraftLevel {
  if (one?.kind !== 'environments' || other.kind !== 'environments') return other
  return { kind: 'environments', names: [...new Set([...one.names, ...other.names])].sort() }
}
