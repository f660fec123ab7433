/** What is noticed about rules and IdP groups while the desired state is worked out, in words. */
import type { IdpGroup } from '../directory/snapshot.ts'
import type { Finding } from '../lib/finding.ts'
import type { Source } from './desired-group.ts'
import type { Matcher, Rule } from './model.ts'

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

function matcherText(match: Matcher): string {
  switch (match.kind) {
    case 'names':
      return listNames(match.names.map(name => JSON.stringify(name)))
    case 'pattern':
      return `the pattern ${match.source}`
    case 'regex':
      return `the regular expression ${match.source}`
    case 'any':
      return match.of.map(matcherText).join(' or ')
  }
}

/** One finding for all of them: an identity provider may push many groups that are none of ours. */
export function unmatchedGroups(groups: readonly IdpGroup[]): readonly Finding[] {
  if (groups.length === 0) return []
  const names = listNames(groups.map(group => JSON.stringify(group.displayName)))
  const many = groups.length > 1
  return [
    {
      kind: 'unmatched-group',
      severity: 'info',
      subject: many ? `${groups.length} IdP groups` : `IdP group ${groups[0]?.displayName ?? ''}`,
      message: `No rule takes ${many ? `${groups.length} groups` : 'the group'} of the identity provider: ${names}.`,
      remedy: 'Add a rule for them, or stop the identity provider from pushing them.',
    },
  ]
}

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
    remedy: 'Rename the group in the identity provider: without quotes, backslashes, braces and wild cards.',
  }
}

/** Up to ten names, and how many more there are. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).join(', ')
  return names.length > mostNames ? `${shown} and ${names.length - mostNames} more` : shown
}
