/** Whether a rule takes an IdP group, and what it knows of it then. */
import type { IdpGroup } from '../directory/snapshot.ts'
import { unreachable } from '../lib/errors.ts'
import { type FoldedName, foldName, foldText } from './folded-name.ts'
import { compilePattern } from './match-pattern.ts'
import type { Exclusion, MatchAttribute, Matcher, Rule } from './model.ts'
import { compileRegex } from './regex.ts'
import type { Variables } from './template.ts'

/** What of a group rules look at, in the form in which it is compared. */
export interface MatchSubject {
  readonly displayName: FoldedName
  readonly externalId: FoldedName | undefined
}

/** What a rule says of an IdP group. Variables are its captures, `displayName` and `externalId`. */
export type Taking =
  | { readonly kind: 'taken'; readonly variables: Variables }
  /** It matches, and `unless` leaves it alone. */
  | { readonly kind: 'excluded' }
  | { readonly kind: 'other' }

/** The variables of the rule for this group. Undefined: the rule does not take it. */
export function matchRule(
  rule: Rule,
  group: Pick<IdpGroup, 'displayName' | 'externalId'>,
): Variables | undefined {
  const taking = compileTaking(rule)(subjectOf(group))
  return taking.kind === 'taken' ? taking.variables : undefined
}

export function subjectOf({
  displayName,
  externalId,
}: Pick<IdpGroup, 'displayName' | 'externalId'>): MatchSubject {
  return {
    displayName: foldName(displayName),
    externalId: externalId === undefined || externalId === '' ? undefined : foldName(externalId),
  }
}

/** For many groups: what depends on the rule alone is worked out once. */
export function compileTaking({
  match,
  unless,
}: Pick<Rule, 'match' | 'unless'>): (subject: MatchSubject) => Taking {
  const captures = compileMatcher(match)
  const exclusions = unless.map(compileExclusion)
  return subject => {
    const captured = captures(subject)
    if (captured === undefined) return other
    const { displayName, externalId } = subject
    const variables = { ...captured, displayName: displayName.source, externalId: externalId?.source ?? '' }
    return exclusions.some(excludes => excludes(subject, variables)) ? excluded : { kind: 'taken', variables }
  }
}

const other: Taking = { kind: 'other' }
const excluded: Taking = { kind: 'excluded' }
const nothing: Variables = {}

function compileMatcher(matcher: Matcher): (subject: MatchSubject) => Variables | undefined {
  switch (matcher.kind) {
    case 'names': {
      const names = new Set(matcher.names.map(foldText))
      return of(matcher.attribute, name => (names.has(name.folded) ? nothing : undefined))
    }
    case 'pattern':
      return of(matcher.attribute, compilePattern(matcher.parts))
    case 'regex': {
      const match = compileRegex(matcher.source)
      return of(matcher.attribute, name => match(name.source))
    }
    case 'any': {
      const matchers = matcher.of.map(compileMatcher)
      return subject => {
        for (const match of matchers) {
          const captured = match(subject)
          if (captured !== undefined) return captured
        }
        return undefined
      }
    }
    default:
      return unreachable(matcher)
  }
}

function of(
  attribute: MatchAttribute,
  match: (name: FoldedName) => Variables | undefined,
): (subject: MatchSubject) => Variables | undefined {
  if (attribute === 'displayName') return subject => match(subject.displayName)
  return ({ externalId }) => (externalId === undefined ? undefined : match(externalId))
}

function compileExclusion(exclusion: Exclusion): (subject: MatchSubject, variables: Variables) => boolean {
  if (exclusion.kind === 'group') {
    const matches = compileMatcher(exclusion.matcher)
    return subject => matches(subject) !== undefined
  }
  const values = new Set(exclusion.values.map(foldText))
  return (_, variables) => {
    const value = Object.hasOwn(variables, exclusion.variable) ? variables[exclusion.variable] : undefined
    return value !== undefined && values.has(foldText(value))
  }
}
