/** The access model without what has expired. */
import type { AccessModel, Expiry, GroupTemplate, Rule } from './model.ts'

const DAY_MS = 86_400_000

/** Milliseconds since 1970 at which a grant ends: when its last day is over (UTC). */
export const endOf = ({ lastDay }: Expiry): number => Date.parse(`${lastDay}T00:00:00Z`) + DAY_MS

/** Whether the grant is over. */
export const hasEnded = (until: Expiry | undefined, now: Date): boolean =>
  until !== undefined && now.getTime() >= endOf(until)

/** Rules, bindings and permissions whose last day is over are not in it; the model itself when nothing is over. */
export function inForce(model: AccessModel, now: Date): AccessModel {
  const rules = model.rules.flatMap(rule => ruleInForce(rule, now) ?? [])
  const isSame = rules.length === model.rules.length && rules.every((rule, at) => rule === model.rules[at])
  return isSame ? model : { ...model, rules }
}

function ruleInForce(rule: Rule, now: Date): Rule | undefined {
  if (hasEnded(rule.until, now)) return undefined
  const groups = rule.groups.map(group => groupInForce(group, now))
  return groups.every((group, at) => group === rule.groups[at]) ? rule : { ...rule, groups }
}

function groupInForce(group: GroupTemplate, now: Date): GroupTemplate {
  const lasts = ({ until }: { readonly until: Expiry | undefined }) => !hasEnded(until, now)
  if (group.bindings.every(lasts) && group.permissions.every(lasts)) return group
  return {
    ...group,
    bindings: group.bindings.filter(lasts),
    permissions: group.permissions.filter(lasts),
  }
}
