/** What is noticed while wishes for one group are united, in words. */
import type { Finding } from '../lib/finding.ts'
import type { DesiredLevel, Source } from './desired-group.ts'
import type { BindingAsk, Conflict } from './merge-grants.ts'
import { longestDescription } from './read-group.ts'
import { listNames } from './rule-findings.ts'

export function conflictFinding(group: string, { level, first, second }: Conflict): Finding {
  const rules = [...new Set([first.wish.source.rule, second.wish.source.rule])]
  return {
    kind: 'conflicting-rules',
    severity: 'error',
    subject: `group ${group}`,
    message:
      `Policy "${first.binding.filled.policy}" in ${placeOf(level)} is asked for` +
      ` with ${boundaryNames(first)} by ${askerOf(first)}, and with ${boundaryNames(second)} by ${askerOf(second)};` +
      ` group "${group}" is left as it is until they agree.`,
    remedy: `Ask for the same boundaries in ${ruleNames(rules)}, or let them make groups of different names.`,
  }
}

/** A name for a group that Dynatrace would not take. */
export function unusableName(name: string, source: Source | undefined, longest: number): Finding {
  const shown = name === '' ? '(empty)' : `${name.slice(0, 60)}…`
  return {
    kind: 'unusable-group-name',
    severity: 'error',
    subject: `group ${shown}`,
    message:
      `Rule "${source?.rule ?? ''}" makes ${name === '' ? 'an empty name' : `a name of ${name.length} characters`}` +
      ` for IdP group ${JSON.stringify(source?.idpGroupName.slice(0, 80))}; no group is made.`,
    remedy: `Let the rule make a name of 1 to ${longest} characters, or rename the group in the identity provider.`,
  }
}

/** The first of the descriptions is taken. */
export function descriptionFindings(
  name: string,
  descriptions: readonly string[],
  rules: readonly string[],
): readonly Finding[] {
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
  return findings
}

function placeOf(level: DesiredLevel): string {
  return level.kind === 'account' ? 'the account' : `environment ${level.id}`
}

function askerOf({ wish: { source } }: BindingAsk): string {
  return `rule "${source.rule}" for IdP group "${source.idpGroupName}"`
}

/** `the boundaries "one", "two"`, or `no boundary`. */
export function boundaryNames({ binding: { filled } }: BindingAsk): string {
  if (filled.boundaries.length === 0) return 'no boundary'
  return `the ${filled.boundaries.length > 1 ? 'boundaries' : 'boundary'} ${listNames(filled.boundaries.map(name => JSON.stringify(name)))}`
}

function ruleNames(rules: readonly string[]): string {
  return `${rules.length > 1 ? 'rules' : 'rule'} ${rules.map(rule => JSON.stringify(rule)).join(' and ')}`
}
