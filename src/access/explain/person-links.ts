/** The first links of a way, from the directory and the rules: the person, the IdP group, the rule. */
import type { IdpGroup } from '../../directory/snapshot.ts'
import { reasonText } from '../ends.ts'
import { hasEnded } from '../in-force.ts'
import type { Rule } from '../model.ts'
import { listNames, matcherText } from '../rule-findings.ts'
import { isWithheld, namedIn } from './by-name.ts'
import { broken, type Link, ok } from './link.ts'
import type { Entry } from './possible.ts'
import { type Asked, type ExplainFacts, isIn } from './question.ts'

/** Whether the directory has the person, as somebody who may have access. */
export function userLink({ person, view }: ExplainFacts): Link {
  const { userName, inDirectory, emailKey, active, inactiveSince } = person
  if (!inDirectory) {
    return broken(
      'user',
      userName,
      `The identity provider has provisioned nobody of this userName.${parkedText(person, view.snapshot.groups)}`,
      'Assign the person to the application in the identity provider, and check how the userName is written.',
    )
  }
  if (emailKey === undefined) {
    return broken(
      'user',
      userName,
      'There is no usable e-mail address, so Dynatrace cannot know the person.',
      'Let the identity provider send a work e-mail address, or an address as userName.',
    )
  }
  if (active) return ok('user', userName)
  const since = inactiveSince === undefined ? '' : ` since ${inactiveSince}`
  return broken(
    'user',
    userName,
    `The identity provider has deactivated the person${since}.`,
    'Activate the person, or assign them to the application again, in the identity provider.',
  )
}

/** Memberships that came without the person: one of them may be meant. */
function parkedText({ parked }: Asked, groups: readonly IdpGroup[]): string {
  const names = groups.filter(({ id }) => parked.has(id)).map(({ displayName }) => `"${displayName}"`)
  return names.length === 0
    ? ''
    : ` Members that are not provisioned either (parked) are in ${listNames(names)}.`
}

export function idpGroupLink({ source }: Entry, facts: ExplainFacts): Link {
  const { idpGroupId, idpGroupName: name } = source
  if (isIn(idpGroupId, facts)) {
    const through = facts.person.through.get(idpGroupId) ?? []
    return ok(
      'idp-group',
      name,
      through.length === 0 ? undefined : `Through ${through.map(quoted).join(' in ')}.`,
    )
  }
  const parked = facts.person.parked.get(idpGroupId) ?? 0
  if (parked === 0) {
    return broken(
      'idp-group',
      name,
      `The person is not in the IdP group "${name}".`,
      `Add the person to "${name}" in the identity provider.`,
    )
  }
  const count = parked === 1 ? 'one member' : `${parked} members`
  return broken(
    'idp-group',
    name,
    `The person is not in the IdP group "${name}", which has ${count} that the identity provider has not provisioned (parked).`,
    `Add the person to "${name}" in the identity provider; if they are in it there, provision them again.`,
  )
}

/** The rule took the IdP group, or why not. */
export function ruleLink({ rule, source }: Entry, group: string, facts: ExplainFacts): Link {
  const ended = endedLink('rule', rule.name, rule, facts.now)
  if (ended !== undefined) return ended
  if (isTaken(rule, source.idpGroupId, group, facts)) {
    return ok('rule', rule.name, rule.description === '' ? undefined : rule.description)
  }
  return broken(
    'rule',
    rule.name,
    `Rule "${rule.name}" leaves the IdP group "${source.idpGroupName}" out by its "unless".`,
    'Change "unless" of the rule in bridge.yaml, or use another IdP group.',
  )
}

/** Undefined while it lasts. */
export function endedLink(
  kind: Link['kind'],
  name: string,
  { until }: Pick<Rule, 'until'>,
  now: Date,
): Link | undefined {
  if (until === undefined || !hasEnded(until, now)) return undefined
  const what = kind === 'rule' ? `Rule "${name}"` : `The binding of ${name}`
  return broken(
    kind,
    name,
    `${what} ended on ${until.lastDay}${reasonText(until)}`,
    'Set a later "until" in bridge.yaml, with the reason, if it is to go on.',
  )
}

/** A group that is withheld was asked for all the same. */
function isTaken(rule: Rule, idpGroupId: string, group: string, { view }: ExplainFacts): boolean {
  if (isWithheld(group, view.desired)) return true
  const sources = namedIn(view.desired.groups, group)?.sources ?? []
  return sources.some(source => source.rule === rule.name && source.idpGroupId === idpGroupId)
}

/** For a rule that takes no IdP group there is. */
export function noGroupLink(rule: Rule): Link {
  const wanted = matcherText(rule.match)
  return broken(
    'idp-group',
    wanted,
    `The identity provider has no group that matches ${wanted}, which rule "${rule.name}" takes.`,
    'Make the group in the identity provider, assign it to the application, and add the person to it.',
  )
}

const quoted = (name: string): string => `"${name}"`
