/**
 * Every Dynatrace group that the file could make of the IdP's groups, were nothing excluded or ended, and every binding
 * it could have: among these is what a person nearly has.
 */
import type { IdpGroup } from '../../directory/snapshot.ts'
import { canonicalJson } from '../../lib/digest.ts'
import { foldKey } from '../../lib/fold.ts'
import type { Work } from '../../lib/turns.ts'
import { type Desired, desiring } from '../desired.ts'
import type { DesiredBinding, DesiredLevel, Source } from '../desired-group.ts'
import { type Texts, textsOf } from '../evaluate/texts.ts'
import type { AccessModel, BindingTemplate, LevelSelector, Rule } from '../model.ts'

export interface PossibleBinding {
  readonly rule: Rule
  readonly template: BindingTemplate
  readonly filled: Pick<DesiredBinding, 'policy' | 'parameters' | 'boundaries'>
  /** Where the rule asks for it; empty when its selector takes no environment. */
  readonly levels: readonly DesiredLevel[]
}

export interface PossibleGroup {
  readonly name: string
  /** What would make somebody a member. */
  readonly entries: readonly Entry[]
  readonly bindings: readonly PossibleBinding[]
}

export interface Entry {
  readonly rule: Rule
  readonly source: Source
}

export interface Possible {
  readonly groups: readonly PossibleGroup[]
  /** Rules that take no IdP group there is. */
  readonly idle: readonly Rule[]
  /** Ids of the IdP groups that some rule matches. */
  readonly matched: ReadonlySet<string>
  /** What the boundaries and policies of all these rules say. */
  readonly texts: Texts
}

export function* possibleAccess(model: AccessModel, groups: readonly IdpGroup[]): Work<Possible> {
  const templates: { readonly rule: Rule; readonly template: BindingTemplate }[] = []
  const rules = model.rules.map(rule => openRule(rule, templates))
  const real: Desired = yield* desiring({ ...model, rules }, groups)
  // The same once more on the account, so that a binding shows whose selector takes no environment.
  const everywhere: Desired = yield* desiring({ ...model, rules: rules.map(onAccount) }, groups)
  const levels = levelsOf(real)
  const byName = new Map(model.rules.map(rule => [rule.name, rule]))
  const possible = everywhere.groups.map(group => ({
    name: group.name,
    entries: group.sources.flatMap(source => {
      const rule = byName.get(source.rule)
      return rule === undefined ? [] : [{ rule, source }]
    }),
    bindings: group.bindings.flatMap(binding => {
      const { at, policy } = unmarked(binding.policy)
      const from = templates[at]
      if (from === undefined) return []
      const filled = { policy, parameters: binding.parameters, boundaries: binding.boundaries }
      return [{ ...from, filled, levels: levels.get(bindingText(group.name, binding)) ?? [] }]
    }),
  }))
  const entries = possible.flatMap(group => group.entries)
  const busy = new Set(entries.map(({ rule }) => rule))
  return {
    groups: possible,
    idle: model.rules.filter(rule => !busy.has(rule)),
    matched: new Set(entries.map(({ source }) => source.idpGroupId)),
    texts: textsOf(real),
  }
}

/** Nothing excluded or ended; each binding with a mark of its own, so that none merges with or contradicts another. */
function openRule(rule: Rule, templates: { rule: Rule; template: BindingTemplate }[]): Rule {
  const groups = rule.groups.map(group => ({
    ...group,
    permissions: [],
    bindings: group.bindings.map(template => {
      const at = templates.push({ rule, template }) - 1
      return { ...template, policy: `${at} ${template.policy}`, until: undefined }
    }),
  }))
  return { ...rule, unless: [], until: undefined, groups }
}

const account: LevelSelector = { kind: 'account' }

const onAccount = (rule: Rule): Rule => ({
  ...rule,
  groups: rule.groups.map(group => ({
    ...group,
    bindings: group.bindings.map(binding => ({ ...binding, level: account })),
  })),
})

function levelsOf({ groups }: Desired): ReadonlyMap<string, readonly DesiredLevel[]> {
  const found = new Map<string, DesiredLevel[]>()
  for (const group of groups) {
    for (const binding of group.bindings) {
      const key = bindingText(group.name, binding)
      const known = found.get(key)
      if (known === undefined) found.set(key, [binding.level])
      else known.push(binding.level)
    }
  }
  return found
}

const bindingText = (group: string, { policy, parameters, boundaries }: DesiredBinding): string =>
  canonicalJson([foldKey(group), policy, parameters, boundaries])

function unmarked(marked: string): { readonly at: number; readonly policy: string } {
  const space = marked.indexOf(' ')
  return { at: Number(marked.slice(0, space)), policy: marked.slice(space + 1) }
}
