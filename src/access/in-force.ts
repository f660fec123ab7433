/** The access model without what has expired. */
import type { AccessModel, Expiry, GroupTemplate, Rule } from './model.ts'

const DAY_MS = 86_400_000

/** Milliseconds since 1970 at which a grant ends: when its last day is over (UTC). */
export const endOf = ({ lastDay }: Expiry): number => Date.parse(`${lastDay}T00:00:00Z`) + DAY_MS

/** Whether the grant is over. */
export const hasEnded = (until: Expiry | undefined, now: Date): boolean =>
  until !== undefined && now.getTime() >= endOf(until)

/** What came of a model last, and which of its grants were over then. */
const known = new WeakMap<AccessModel, { readonly ended: string; readonly model: AccessModel }>()

/**
 * Rules, bindings and permissions whose last day is over are not in it; the model itself when nothing is over. Until
 * the next of them ends it is the same object, so that what is worked out of it can be kept.
 */
export function inForce(model: AccessModel, now: Date): AccessModel {
  const ended = endedMarks(model, now)
  if (!ended.includes('1')) return model
  const last = known.get(model)
  if (last?.ended === ended) return last.model
  const reduced = { ...model, rules: model.rules.flatMap(rule => ruleInForce(rule, now) ?? []) }
  known.set(model, { ended, model: reduced })
  return reduced
}

/** One mark for everything that may end. */
function endedMarks(model: AccessModel, now: Date): string {
  const mark = ({ until }: { readonly until: Expiry | undefined }): string => {
    if (until === undefined) return ''
    return hasEnded(until, now) ? '1' : '0'
  }
  return model.rules
    .flatMap(rule => [rule, ...rule.groups.flatMap(group => [...group.bindings, ...group.permissions])])
    .map(mark)
    .join('')
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
