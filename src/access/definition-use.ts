/**
 * What rules and definitions of one file owe each other: a binding gives exactly the parameters that the policy and
 * its boundaries take, and what is defined is bound somewhere.
 */
import { nearest } from '../lib/nearest.ts'
import { parametersOf } from '../policy/parameters.ts'
import { checkParameters, type Defined, type Use, warnUnreachable } from './binding-use.ts'
import type { NamedCaptures } from './boundary-text.ts'
import type { Path } from './locate.ts'
import type { BoundaryDefinition, PolicyDefinition, Rule } from './model.ts'
import { compileName, type NameTemplate, nameFinder } from './name-template.ts'
import { quote, type Reading } from './reading.ts'

/** A rule with its place in the file; `rule` is undefined when it could not be read. */
export interface WrittenRule extends NamedCaptures {
  readonly index: number
  readonly rule: Rule | undefined
}

/** Definitions that could not be read are not among these: bindings that mean them are not judged. */
export function checkDefinitionUse(
  given: {
    readonly rules: readonly WrittenRule[]
    readonly policies: readonly PolicyDefinition[]
    readonly boundaries: readonly BoundaryDefinition[]
  },
  reading: Reading,
): void {
  const capturesOf = new Map(given.rules.map(({ name, captures }) => [name, captures]))
  const policies = given.policies.map(({ name, statement }, index) =>
    defined('policy', compileName(name, undefined), statement, ['policies', index, 'name']),
  )
  const boundaries = given.boundaries.map(({ name, query, for: rule }, index) => {
    const captures = rule === undefined ? undefined : capturesOf.get(rule)
    return defined('boundary', compileName(name, captures), query, ['boundaries', index, 'name'])
  })
  if (policies.length === 0 && boundaries.length === 0) return
  const uses = given.rules.flatMap(usesOf)
  const findPolicy = nameFinder(policies)
  const findBoundary = nameFinder(boundaries)
  const found = uses.map(use => ({
    use,
    policies: findPolicy(use.policy),
    boundaries: use.boundaries.map(findBoundary),
  }))
  const inAccount = new Set(policies.filter((_, index) => given.policies[index]?.level.kind === 'account'))
  for (const each of found) {
    checkParameters(each, reading)
    if (!each.policies.some(policy => inAccount.has(policy))) warnUnreachable(each, reading)
  }

  const used = new Set(found.flatMap(each => [...each.policies, ...each.boundaries.flat()]))
  const isUnused = (definition: Defined): boolean => !used.has(definition)
  warnUnused(
    policies.filter(isUnused),
    uses.map(({ policy }) => policy),
    reading,
  )
  warnUnused(
    boundaries.filter(isUnused),
    uses.flatMap(({ boundaries }) => boundaries),
    reading,
  )
}

function defined(kind: string, name: NameTemplate, content: string, path: Path): Defined {
  return { what: `${kind} ${quote(name.text)}`, name, parameters: parametersOf(content), path }
}

function usesOf({ index, rule, captures }: WrittenRule): readonly Use[] {
  return (rule?.groups ?? [])
    .flatMap(group => group.bindings)
    .map((binding, at) => ({
      binding,
      path: ['rules', index, 'bindings', at],
      policy: compileName(binding.policy, captures),
      boundaries: binding.boundaries.map(name => compileName(name, captures)),
    }))
}

/** Tells of definitions that no binding can come to mean. */
function warnUnused(unused: readonly Defined[], asked: readonly NameTemplate[], reading: Reading): void {
  const names = new Set(asked.map(({ text }) => text))
  for (const { what, name, path } of unused) {
    const similar = nearest(name.text, names)
    const remedy =
      similar === undefined
        ? 'name it in "bindings" of a rule, or remove it'
        : `${quote(similar)} is bound: correct one of the names, or remove the definition`
    reading.warning(path, `no rule binds the ${what}`, remedy)
  }
}
