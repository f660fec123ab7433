/** The rules of a model, with all worked out that does not depend on the groups of the IdP. */
import { rankEnvironments } from './choose-level.ts'
import type { DesiredPolicy } from './desired-definition.ts'
import { type BoundaryAsk, compileBoundaries } from './expand-boundaries.ts'
import { expandPolicies } from './expand-policies.ts'
import { compileTaking, type MatchSubject, type Taking } from './match.ts'
import type { AccessModel, Matcher, Rule } from './model.ts'
import type { Variables } from './template.ts'
import { type CompiledGroup, compileGroup } from './wish.ts'

export interface CompiledRule {
  readonly rule: Rule
  readonly take: (subject: MatchSubject) => Taking
  /** One for each group that the rule makes. */
  readonly groups: readonly CompiledGroup[]
  readonly boundaries: (variables: Variables) => readonly BoundaryAsk[]
  /** Whether to let others go on after each look at a group. */
  readonly isSlow: boolean
}

export interface CompiledModel {
  readonly rules: readonly CompiledRule[]
  readonly policies: readonly DesiredPolicy[]
  /** Boundaries that are there whatever groups there are. */
  readonly fixedBoundaries: readonly BoundaryAsk[]
}

export function compileModel(
  model: Pick<AccessModel, 'environments' | 'rules' | 'policies' | 'boundaries'>,
): CompiledModel {
  const environments = rankEnvironments(model.environments)
  const boundaries = compileBoundaries(model.boundaries)
  return {
    rules: model.rules.map(rule => ({
      rule,
      take: compileTaking(rule),
      groups: rule.groups.map(group => compileGroup(group, rule.name, environments)),
      boundaries: boundaries.askedBy(rule.name),
      isSlow: [rule.match, ...rule.unless.flatMap(each => (each.kind === 'group' ? each.matcher : []))].some(
        holdsRegex,
      ),
    })),
    policies: expandPolicies(model),
    fixedBoundaries: boundaries.fixed,
  }
}

function holdsRegex(matcher: Matcher): boolean {
  return matcher.kind === 'any' ? matcher.of.some(holdsRegex) : matcher.kind === 'regex'
}
