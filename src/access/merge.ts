/**
 * Several wishes for one Dynatrace group made into one: the union of what they grant, as long as they do
 * not contradict each other.
 *
 * A contradiction is the same policy, level and parameters with different boundaries. Taking the union would
 * hand out more than one rule allows, taking one of them less than the other grants; so nothing is taken.
 */
import type { Finding } from '../lib/finding.ts'
import type { DesiredGroup } from './desired-group.ts'
import { conflictFinding, descriptionFindings, unusableName } from './merge-findings.ts'
import { mergeBindings, mergePermissions } from './merge-grants.ts'
import { longestDescription } from './read-group.ts'
import type { Wish } from './wish.ts'

export type Merged =
  | { readonly kind: 'agreed'; readonly group: DesiredGroup; readonly findings: readonly Finding[] }
  | { readonly kind: 'withheld'; readonly name: string; readonly findings: readonly Finding[] }

const longestName = 255

/** Wishes for one group name, in the order of the rules; there is at least one. */
export function mergeWishes(wishes: readonly Wish[]): Merged {
  const name = wishes[0]?.groupName ?? ''
  if (name === '' || name.length > longestName) {
    return { kind: 'withheld', name, findings: [unusableName(name, wishes[0]?.source, longestName)] }
  }
  const bindings = mergeBindings(wishes)
  if (bindings.conflicts.length > 0) {
    return { kind: 'withheld', name, findings: bindings.conflicts.map(each => conflictFinding(name, each)) }
  }
  const descriptions = [...new Set(wishes.map(({ description }) => description))]
  const rules = [...new Set(wishes.map(({ source }) => source.rule))]
  return {
    kind: 'agreed',
    group: {
      name,
      description: cut(descriptions[0] ?? ''),
      sources: wishes.map(({ source }) => source),
      bindings: bindings.merged,
      permissions: mergePermissions(wishes),
    },
    findings: descriptionFindings(name, descriptions, rules),
  }
}

function cut(text: string): string {
  if (text.length <= longestDescription) return text
  // A character outside the basic plane is two units and must not be torn apart.
  const kept = text.slice(0, longestDescription - 1)
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}…`
}
