/** Template parameters that texts take and a binding gives (Dynatrace: policy templating). */
import { parametersIn } from '../parameters.ts'
import type { BindingLint, LintedBinding } from './bound.ts'
import { listing, quoted } from './listing.ts'

/** A parameter that is missing is an error: Dynatrace refuses the binding. One too many is ignored there. */
export function lintParameters({ policy, boundaries, parameters }: LintedBinding): readonly BindingLint[] {
  const texts = [
    {
      text: `the policy ${quoted(policy.name)}`,
      conditions: policy.statements.flatMap(one => one.conditions),
    },
    ...boundaries.map(({ name, conditions }) => ({ text: `the boundary ${quoted(name)}`, conditions })),
  ]
  const takers = new Map<string, string[]>()
  for (const { text, conditions } of texts) {
    for (const name of parametersIn(conditions)) takers.set(name, [...(takers.get(name) ?? []), text])
  }
  const given = Object.keys(parameters)
  return [
    ...[...takers]
      .filter(([name]) => !Object.hasOwn(parameters, name))
      .map(([name, by]) => missing(name, by)),
    ...given.filter(name => !takers.has(name)).map(name => unused(name, [...takers.keys()])),
  ]
}

const missing = (name: string, by: readonly string[]): BindingLint => ({
  id: 'parameter-missing',
  severity: 'error',
  message: `${listing(by)} ${by.length === 1 ? 'takes' : 'take'} the parameter ${quoted(name)}, which the binding does not give`,
  remedy: `add parameters: { ${name}: … } to the binding`,
  span: undefined,
  about: { kind: 'parameters' },
})

const unused = (name: string, taken: readonly string[]): BindingLint => ({
  id: 'parameter-unused',
  severity: 'warning',
  message: `nothing in the policy and its boundaries takes the parameter ${quoted(name)}`,
  remedy:
    taken.length === 0
      ? 'remove it: none is taken'
      : `remove it, or name one that is taken: ${listing(taken)}`,
  span: undefined,
  about: { kind: 'parameters', name },
})
