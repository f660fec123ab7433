/** Things of the file that could be read, with what later checks need to speak of them. */
import type { Path } from './locate.ts'
import type {
  AccessModel,
  BindingTemplate,
  BoundaryDefinition,
  Expectation,
  GroupTemplate,
  PolicyDefinition,
  Rule,
} from './model.ts'
import type { Captures } from './read-template.ts'
import type { Reading } from './reading.ts'

export interface Written<T> {
  readonly value: T
  /** Where in its file. */
  readonly path: Path
  /** Takes what is wrong with it: each included file has one of its own. */
  readonly reading: Reading
}

/** A group of a rule. Bindings that the rule or the defaults give to several groups stand in one place. */
export interface WrittenGroup extends Written<GroupTemplate> {
  /** Those of the template, in its order. */
  readonly bindings: readonly Written<BindingTemplate>[]
}

/** A rule as far as boundaries need it: faulty ones have no captures, and their variables are not judged. */
export interface NamedCaptures {
  readonly name: string
  /** Constants are not among them. */
  readonly captures: Captures | undefined
}

/** A rule with its place; `rule` is undefined, and there are no groups, when it could not be read. */
export interface WrittenRule extends NamedCaptures {
  readonly rule: Rule | undefined
  readonly groups: readonly WrittenGroup[]
  readonly path: Path
  readonly reading: Reading
}

/** The model with the places of what it is made of. */
export interface WrittenModel {
  readonly model: AccessModel
  readonly rules: readonly WrittenRule[]
  readonly policies: readonly Written<PolicyDefinition>[]
  readonly boundaries: readonly Written<BoundaryDefinition>[]
  readonly expectations: readonly Written<Expectation>[]
}
