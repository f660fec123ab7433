/**
 * What rules and definitions of the files owe each other: a binding gives exactly the parameters that the policy and
 * its boundaries take, and what is defined is bound somewhere.
 */
import { nearest } from '../lib/nearest.ts'
import { parametersOf } from '../policy/parameters.ts'
import { checkParameters, type Defined, type Use, warnUnreachable } from './binding-use.ts'
import { compileName, type NameTemplate, nameFinder } from './name-template.ts'
import { quote } from './reading.ts'
import type { Written, WrittenModel, WrittenRule } from './written.ts'

type Place = Pick<Written<unknown>, 'path' | 'reading'>

/** Definitions that could not be read are not among these: bindings that mean them are not judged. */
export function checkDefinitionUse(given: Pick<WrittenModel, 'rules' | 'policies' | 'boundaries'>): void {
  const capturesOf = new Map(given.rules.map(({ name, captures }) => [name, captures]))
  const policies = given.policies.map(policy => {
    const { name, statement } = policy.value
    return defined('policy', compileName(name, undefined), statement, policy)
  })
  const boundaries = given.boundaries.map(boundary => {
    const { name, query, for: rule } = boundary.value
    const captures = rule === undefined ? undefined : capturesOf.get(rule)
    return defined('boundary', compileName(name, captures), query, boundary)
  })
  if (policies.length === 0 && boundaries.length === 0) return
  const seen = new Set<unknown>()
  const uses = given.rules.flatMap(rule => usesOf(rule, seen))
  const findPolicy = nameFinder(policies)
  const findBoundary = nameFinder(boundaries)
  const found = uses.map(use => ({
    use,
    policies: findPolicy(use.policy),
    boundaries: use.boundaries.map(findBoundary),
  }))
  const inAccount = new Set(
    policies.filter((_, index) => given.policies[index]?.value.level.kind === 'account'),
  )
  for (const each of found) {
    checkParameters(each)
    if (!each.policies.some(policy => inAccount.has(policy))) warnUnreachable(each)
  }

  const used = new Set(found.flatMap(each => [...each.policies, ...each.boundaries.flat()]))
  const isUnused = (definition: Defined): boolean => !used.has(definition)
  warnUnused(
    policies.filter(isUnused),
    uses.map(({ policy }) => policy),
  )
  warnUnused(
    boundaries.filter(isUnused),
    uses.flatMap(({ boundaries }) => boundaries),
  )
}

function defined(kind: string, name: NameTemplate, content: string, { path, reading }: Place): Defined {
  const inner = [...path, 'name']
  return {
    what: `${kind} ${quote(name.text)}`,
    name,
    parameters: parametersOf(content),
    path: inner,
    reading,
  }
}

/** Each binding once, in however many groups of the rule it is; those of the defaults once for all rules. */
function usesOf({ groups, captures }: WrittenRule, seen: Set<unknown>): readonly Use[] {
  const uses: Use[] = []
  for (const binding of groups.flatMap(({ bindings }) => bindings)) {
    if (seen.has(binding)) continue
    seen.add(binding)
    const known = binding.path[0] === 'defaults' ? undefined : captures
    uses.push({
      binding,
      policy: compileName(binding.value.policy, known),
      boundaries: binding.value.boundaries.map(name => compileName(name, known)),
    })
  }
  return uses
}

/** Of many that are unused, few are misspelt, and each is compared with all names. */
const mostCompared = 20

/** Tells of definitions that no binding can come to mean. */
function warnUnused(unused: readonly Defined[], asked: readonly NameTemplate[]): void {
  const names = new Set(asked.map(({ text }) => text))
  for (const [index, { what, name, path, reading }] of unused.entries()) {
    const similar = index < mostCompared ? nearest(name.text, names) : undefined
    const remedy =
      similar === undefined
        ? 'name it in "bindings" of a rule, or remove it'
        : `${quote(similar)} is bound: correct one of the names, or remove the definition`
    reading.warning(path, `no rule binds the ${what}`, remedy)
  }
}
