/**
 * Several wishes for one Dynatrace group made into one: the union of what they grant, as long as they do
 * not contradict each other.
 *
 * A contradiction is the same policy, level and parameters with different boundaries. Taking the union would
 * hand out more than one rule allows, taking one of them less than the other grants; so nothing is taken.
 */
import { canonicalJson } from '../lib/digest.ts'
import type { Finding } from '../lib/finding.ts'
import { foldKey } from '../lib/fold.ts'
import type { DesiredBinding, DesiredGroup, DesiredLevel, DesiredPermission } from './desired-group.ts'
import { longestDescription } from './read-rule.ts'
import { listNames } from './rule-findings.ts'
import type { Wish } from './wish.ts'

export type Merged =
  | { readonly kind: 'agreed'; readonly group: DesiredGroup; readonly findings: readonly Finding[] }
  | { readonly kind: 'withheld'; readonly name: string; readonly findings: readonly Finding[] }

const longestName = 255

/** Wishes for one group name, in the order of the rules; there is at least one. */
export function mergeWishes(wishes: readonly Wish[]): Merged {
  const name = wishes[0]?.groupName ?? ''
  const rules = distinct(wishes.map(wish => wish.source.rule))
  if (name === '' || name.length > longestName) return unusable(name, wishes)

  const bindings = mergeBindings(wishes)
  if (bindings.conflicts.length > 0) {
    return { kind: 'withheld', name, findings: bindings.conflicts.map(pair => conflict(name, pair)) }
  }
  const { description, findings } = chooseDescription(name, wishes, rules)
  return {
    kind: 'agreed',
    group: {
      name,
      description,
      sources: wishes.map(wish => wish.source),
      bindings: bindings.merged,
      permissions: mergePermissions(wishes),
    },
    findings,
  }
}

interface Ask {
  readonly binding: DesiredBinding
  readonly wish: Wish
}

function mergeBindings(wishes: readonly Wish[]): {
  readonly merged: readonly DesiredBinding[]
  readonly conflicts: readonly (readonly [Ask, Ask])[]
} {
  const byIdentity = new Map<string, Ask & { readonly rules: string[] }>()
  const firstAlike = new Map<string, Ask>()
  const conflicts = new Map<string, readonly [Ask, Ask]>()
  for (const wish of wishes) {
    for (const binding of wish.bindings) {
      const { key, alike } = bindingIdentity(binding)
      const rival = firstAlike.get(alike)
      if (rival === undefined) firstAlike.set(alike, { binding, wish })
      else if (!sameNames(rival.binding.boundaries, binding.boundaries)) {
        if (!conflicts.has(alike)) conflicts.set(alike, [rival, { binding, wish }])
      }
      const first = byIdentity.get(key)
      if (first === undefined) byIdentity.set(key, { binding, wish, rules: [...binding.rules] })
      else first.rules.push(...binding.rules)
    }
  }
  return {
    merged: sortedByKey(byIdentity).map(({ binding, rules }) => ({ ...binding, rules: distinct(rules) })),
    conflicts: sortedByKey(conflicts),
  }
}

function mergePermissions(wishes: readonly Wish[]): readonly DesiredPermission[] {
  const byIdentity = new Map<string, { readonly permission: DesiredPermission; readonly rules: string[] }>()
  for (const permission of wishes.flatMap(wish => wish.permissions)) {
    const key = `${permission.role} ${levelKey(permission.level)} ${permission.zone ?? ''}`
    const first = byIdentity.get(key)
    if (first === undefined) byIdentity.set(key, { permission, rules: [...permission.rules] })
    else first.rules.push(...permission.rules)
  }
  return sortedByKey(byIdentity).map(({ permission, rules }) => ({ ...permission, rules: distinct(rules) }))
}

/** Names of policies are found without letter case: two bindings that are only `alike` may be of one policy. */
function bindingIdentity({ policy, level, parameters }: DesiredBinding): {
  readonly key: string
  readonly alike: string
} {
  const filled = canonicalJson(parameters)
  const identity = (name: string): string => `${levelKey(level)} ${JSON.stringify(name)} ${filled}`
  return { key: identity(policy), alike: identity(foldKey(policy)) }
}

/** The account comes before its environments. */
function levelKey(level: DesiredLevel): string {
  return level.kind === 'account' ? '' : `environment:${level.id}`
}

function chooseDescription(
  name: string,
  wishes: readonly Wish[],
  rules: readonly string[],
): { readonly description: string; readonly findings: readonly Finding[] } {
  const descriptions = distinct(wishes.map(wish => wish.description))
  const chosen = descriptions[0] ?? ''
  const findings: Finding[] = []
  if (descriptions.length > 1) {
    findings.push({
      kind: 'different-descriptions',
      severity: 'info',
      subject: `group ${name}`,
      message: `${descriptions.length} descriptions are asked for by ${ruleNames(rules)}; ${JSON.stringify(chosen)} is taken.`,
      remedy:
        'Give the group one description; it should not use {displayName} when several IdP groups feed it.',
    })
  }
  if (chosen.length > longestDescription) {
    findings.push({
      kind: 'description-cut',
      severity: 'warning',
      subject: `group ${name}`,
      message: `The description has ${chosen.length} characters; Dynatrace takes ${longestDescription}, so the rest is cut.`,
      remedy: `Shorten the description in ${ruleNames(rules)}.`,
    })
  }
  return { description: cut(chosen), findings }
}

function cut(text: string): string {
  if (text.length <= longestDescription) return text
  // A character outside the basic plane is two units and must not be torn apart.
  const kept = text.slice(0, longestDescription - 1)
  return `${/[\uD800-\uDBFF]$/.test(kept) ? kept.slice(0, -1) : kept}…`
}

function conflict(group: string, [first, second]: readonly [Ask, Ask]): Finding {
  const { policy, level } = first.binding
  const where = level.kind === 'account' ? 'the account' : `environment ${level.id}`
  const rules = distinct([first.wish.source.rule, second.wish.source.rule])
  return {
    kind: 'conflicting-rules',
    severity: 'error',
    subject: `group ${group}`,
    message:
      `Policy "${policy}" in ${where} is asked for with ${boundaryNames(first)} by rule "${first.wish.source.rule}"` +
      ` for IdP group "${first.wish.source.idpGroupName}", and with ${boundaryNames(second)}` +
      ` by rule "${second.wish.source.rule}" for IdP group "${second.wish.source.idpGroupName}";` +
      ` group "${group}" is left as it is until they agree.`,
    remedy: `Ask for the same boundaries in ${ruleNames(rules)}, or let them make groups of different names.`,
  }
}

function boundaryNames({ binding }: Ask): string {
  if (binding.boundaries.length === 0) return 'no boundary'
  return `the boundary ${listNames(binding.boundaries.map(name => JSON.stringify(name)))}`
}

function unusable(name: string, wishes: readonly Wish[]): Merged {
  const source = wishes[0]?.source
  const shown = name === '' ? '(empty)' : `${name.slice(0, 60)}…`
  const finding: Finding = {
    kind: 'unusable-group-name',
    severity: 'error',
    subject: `group ${shown}`,
    message:
      `Rule "${source?.rule ?? ''}" makes ${name === '' ? 'an empty name' : `a name of ${name.length} characters`}` +
      ` for IdP group ${JSON.stringify(source?.idpGroupName.slice(0, 80))}; no group is made.`,
    remedy: `Let the rule make a name of 1 to ${longestName} characters, or rename the group in the identity provider.`,
  }
  return { kind: 'withheld', name, findings: [finding] }
}

function ruleNames(rules: readonly string[]): string {
  return `${rules.length > 1 ? 'rules' : 'rule'} ${rules.map(rule => JSON.stringify(rule)).join(' and ')}`
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index])
}

function sortedByKey<T>(map: ReadonlyMap<string, T>): readonly T[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)]
}
