/** Whether one binding fits the policy and the boundaries of the file that it names. */
import { nearest } from '../lib/nearest.ts'
import { holdsAccount } from './level-parts.ts'
import type { Path } from './locate.ts'
import type { BindingTemplate } from './model.ts'
import type { NameTemplate } from './name-template.ts'
import { quote, type Reading } from './reading.ts'
import type { Written } from './written.ts'

export interface Defined {
  /** `policy "team data"`. */
  readonly what: string
  readonly name: NameTemplate
  /** The parameters it takes, sorted. */
  readonly parameters: readonly string[]
  /** Where its name stands. */
  readonly path: Path
  readonly reading: Reading
}

/** A binding and the names in it. */
export interface Use {
  readonly binding: Written<BindingTemplate>
  readonly policy: NameTemplate
  readonly boundaries: readonly NameTemplate[]
}

export interface Found {
  readonly use: Use
  readonly policies: readonly Defined[]
  /** For each boundary of the binding. */
  readonly boundaries: readonly (readonly Defined[])[]
}

/** Exactly those parameters must be given that the policy and the boundaries take. */
export function checkParameters({ use, policies, boundaries }: Found): void {
  const { reading } = use.binding
  const given = Object.keys(use.binding.value.parameters)
  const path = given.length === 0 ? use.binding.path : [...use.binding.path, 'parameters']
  const meant = [
    ...policies.filter(isMeantBy(use.policy)),
    ...boundaries.flatMap((found, index) => found.filter(isMeantBy(use.boundaries[index]))),
  ]
  const missing = new Set<string>()
  for (const taker of [...meant, ...policies, ...boundaries.flat()]) {
    for (const name of taker.parameters.filter(name => !given.includes(name) && !missing.has(name))) {
      missing.add(name)
      const message = `${taker.what} takes the parameter ${quote(name)}, which is not given`
      const report = meant.includes(taker) ? reading.problem : reading.warning
      report(path, message, `add ${name}: to "parameters" of the binding`)
    }
  }
  // What policies and boundaries of the account take is not known here.
  if (use.policy.fixed === undefined || policies.length === 0) return
  if (boundaries.some(found => found.length === 0)) return
  const taken = new Set([...policies, ...boundaries.flat()].flatMap(({ parameters }) => parameters))
  for (const name of given.filter(name => !taken.has(name))) {
    const similar = nearest(name, missing)
    const remedy = similar === undefined ? 'remove it' : `did you mean ${quote(similar)}?`
    const message = `${policies[0]?.what ?? 'the policy'} takes no parameter ${quote(name)}`
    reading.problem([...path, name], message, remedy, { key: true })
  }
}

/** Environments can bind what the account has, and not the other way round. */
export function warnUnreachable({ use, policies }: Found): void {
  const { value, path, reading } = use.binding
  const policy = policies.find(isMeantBy(use.policy))
  if (policy === undefined || !holdsAccount(value.level)) return
  const message = `${policy.what} is defined for environments, and cannot be bound in the account`
  const remedy = 'write level: account at the policy, or name environments in "level" of the binding'
  reading.warning([...path, 'level'], message, remedy)
}

/** Not only for some values of the variables. */
function isMeantBy(asked: NameTemplate | undefined): (definition: Defined) => boolean {
  return ({ name }) =>
    asked?.text === name.text || (asked?.fixed !== undefined && name.fixed?.folded === asked.fixed.folded)
}
