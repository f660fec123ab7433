/** What is noticed about rules and IdP groups while the desired state is worked out, in words. */
import type { IdpGroup } from '../directory/snapshot.ts'
import type { Finding } from '../lib/finding.ts'
import type { Source } from './desired-group.ts'
import { eachOrRest } from './findings/each-or-rest.ts'
import type { MatchAttribute, Matcher, Rule } from './model.ts'

const mostNames = 10

export function idleRule(rule: Rule): Finding {
  const wanted = matcherText(rule.match)
  return {
    kind: 'idle-rule',
    severity: 'info',
    subject: `rule ${rule.name}`,
    message: `No group of the identity provider matches ${wanted}, so rule "${rule.name}" grants nothing.`,
    remedy: 'Assign the group to the application in the identity provider, or correct "match".',
  }
}

/** All groups that match are left alone: that may be meant, or `unless` says too much. */
export function excludedRule(rule: Rule, excluded: readonly string[]): Finding {
  const names = listNames(excluded.map(name => JSON.stringify(name)))
  return {
    kind: 'idle-rule',
    severity: 'info',
    subject: `rule ${rule.name}`,
    message: `Rule "${rule.name}" grants nothing: "unless" leaves out every group that it matches, ${names}.`,
    remedy: 'Narrow "unless", or remove the rule.',
  }
}

export function matcherText(match: Matcher): string {
  switch (match.kind) {
    case 'names':
      return `${listNames(match.names.map(name => JSON.stringify(name)))}${ofAttribute(match)}`
    case 'pattern':
      return `the pattern ${match.source}${ofAttribute(match)}`
    case 'regex':
      return `the regular expression ${match.source}${ofAttribute(match)}`
    case 'any':
      return match.of.map(matcherText).join(' or ')
  }
}

const ofAttribute = ({ attribute }: { readonly attribute: MatchAttribute }): string =>
  attribute === 'displayName' ? '' : ` as ${attribute}`

/** An identity provider may push many groups that are none of ours. */
export const unmatchedGroups = (groups: readonly IdpGroup[]): readonly Finding[] =>
  eachOrRest(
    groups.map(({ displayName }) => displayName),
    unmatchedGroup,
    moreUnmatched,
  )

const unmatchedGroup = (displayName: string): Finding => ({
  kind: 'unmatched-group',
  severity: 'info',
  subject: `IdP group ${displayName}`,
  message: `No rule takes the group ${JSON.stringify(displayName)} of the identity provider.`,
  remedy: 'Add a rule for it, or stop the identity provider from pushing it.',
})

const moreUnmatched = (names: readonly string[]): Finding => ({
  kind: 'unmatched-group',
  severity: 'info',
  subject: 'directory',
  message: `No rule takes ${names.length} more groups of the identity provider: ${listNames(names.map(name => JSON.stringify(name)))}.`,
  remedy: 'Add a rule for them, or stop the identity provider from pushing them.',
})

export function noEnvironment(rule: Rule, selector: string, askers: readonly string[]): Finding {
  const names = listNames(askers.map(name => JSON.stringify(name)))
  return {
    kind: 'no-environment',
    severity: 'warning',
    subject: `rule ${rule.name}`,
    message: `No environment has the label ${selector}, so rule "${rule.name}" grants nothing there to ${names}.`,
    remedy: 'Label an environment so in bridge.yaml, or correct the name of the group or the rule.',
  }
}

/** The rule does nothing at all for the group: without one binding, others could grant more than was meant. */
export function unsafeValue(source: Source, parameter: string): Finding {
  const name = JSON.stringify(source.idpGroupName)
  return {
    kind: 'unsafe-value',
    severity: 'error',
    subject: `IdP group ${source.idpGroupName}`,
    message:
      `The name of the IdP group ${name} holds characters that, in the parameter "${parameter}", could change what` +
      ` a policy says; rule "${source.rule}" grants it nothing.`,
    remedy:
      'Rename the group in the identity provider: without quotes, backslashes, braces and wild cards; where {externalId}' +
      ' is used, let it send one.',
  }
}

/** Up to ten names, and how many more there are. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).join(', ')
  return names.length > mostNames ? `${shown} and ${names.length - mostNames} more` : shown
}
