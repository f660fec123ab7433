/** What the file grants for a time: whole rules, and single bindings and roles of rules. Pure. */
import { endOf, hasEnded } from './in-force.ts'
import type { AccessModel, Expiry, GroupTemplate, Rule } from './model.ts'

export interface EndingGrant {
  /** As a sentence begins with it, e.g. `Rule "contractors"`. */
  readonly title: string
  readonly until: Expiry
  /** Whether the groups of the rule end with it, or one right of them. */
  readonly kind: 'rule' | 'right'
  /** The rule with nothing but what ends. */
  readonly rule: Rule
}

/** In the order of the file. Of a rule that ends, its bindings and roles may end before. */
export const endingGrants = ({ rules }: Pick<AccessModel, 'rules'>): readonly EndingGrant[] =>
  rules.flatMap(rule => [
    ...rule.groups.flatMap(group => endingRights(rule, group)),
    ...(rule.until === undefined
      ? []
      : [{ title: `Rule "${rule.name}"`, until: rule.until, kind: 'rule' as const, rule }]),
  ])

export const endedGrants = (model: Pick<AccessModel, 'rules'>, now: Date): readonly EndingGrant[] =>
  endingGrants(model).filter(({ until }) => hasEnded(until, now))

/** Milliseconds since 1970 at which the next of them ends; undefined when nothing is going to. */
export function nextEnd(model: Pick<AccessModel, 'rules'>, now: Date): number | undefined {
  const ahead = endingGrants(model)
    .map(({ until }) => endOf(until))
    .filter(at => at > now.getTime())
  return ahead.length === 0 ? undefined : Math.min(...ahead)
}

/** That it is over, and why it was to be. */
export const endedText = ({ title, until }: EndingGrant): string =>
  `${title} ended on ${until.lastDay}${reasonText(until)}`

/** `: <reason>.`, or just a full stop when none is given. */
export function reasonText({ reason }: Expiry): string {
  const said = reason.trim().replace(/\.$/, '')
  return said === '' ? '.' : `: ${said}.`
}

function endingRights(rule: Rule, group: GroupTemplate): readonly EndingGrant[] {
  const right = (title: string, until: Expiry | undefined, only: Partial<GroupTemplate>) =>
    until === undefined
      ? []
      : [
          {
            title: `${title} of rule "${rule.name}"`,
            until,
            kind: 'right' as const,
            rule: { ...rule, groups: [{ ...group, bindings: [], permissions: [], ...only }] },
          },
        ]
  return [
    ...group.bindings.flatMap(each => right(`Policy "${each.policy}"`, each.until, { bindings: [each] })),
    ...group.permissions.flatMap(each => right(`Role ${each.role}`, each.until, { permissions: [each] })),
  ]
}
