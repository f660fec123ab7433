/** What one rule wants for one IdP group, with all variables filled in and environments chosen. */
import type { IdpGroup } from '../directory/snapshot.ts'
import type { Finding } from '../lib/finding.ts'
import type { DesiredBinding, DesiredLevel, DesiredPermission, Source } from './desired-group.ts'
import type { FoldedName } from './folded-name.ts'
import { compileMatcher } from './match.ts'
import type {
  BindingTemplate,
  Environment,
  GroupTemplate,
  LevelSelector,
  PermissionTemplate,
  Rule,
} from './model.ts'
import { noEnvironment } from './rule-findings.ts'
import { selectByLabels } from './select.ts'
import { compileTemplate, type Variables } from './template.ts'
import { compileUnsafe } from './unsafe-parameter.ts'

export interface Wish {
  readonly groupName: string
  readonly description: string
  readonly source: Source
  readonly bindings: readonly DesiredBinding[]
  readonly permissions: readonly DesiredPermission[]
  readonly variables: Variables
  /** A parameter that cannot be filled safely: then nothing of the wish is to be granted. */
  readonly unsafe: string | undefined
}

export interface CompiledRule {
  /** One for each group of the rule; undefined when the rule does not take the IdP group. */
  readonly wishes: (group: IdpGroup, name: FoldedName) => readonly Wish[] | undefined
  /** What was noticed so far. */
  readonly findings: () => readonly Finding[]
}

/** Works out once what does not depend on the IdP group. */
export function compileRule(rule: Rule, environments: readonly Environment[]): CompiledRule {
  const match = compileMatcher(rule.match)
  /** Label selectors that took nothing, with the IdP groups that asked. */
  const blanks = new Map<string, string[]>()
  const noteBlank = (selector: string, idpGroup: string): void => {
    const askers = blanks.get(selector)
    if (askers === undefined) blanks.set(selector, [idpGroup])
    else if (askers.at(-1) !== idpGroup) askers.push(idpGroup)
  }
  const rules = [rule.name]
  const groups = rule.groups.map(group => compileGroup(group, environments, rules))
  return {
    wishes: (group, name) => {
      const variables = match(name)
      if (variables === undefined) return undefined
      const note = (selector: string): void => noteBlank(selector, group.displayName)
      const source = { rule: rule.name, idpGroupId: group.id, idpGroupName: group.displayName }
      return groups.map(filled => ({ ...filled(variables, note), source, variables }))
    },
    findings: () => [...blanks].map(([selector, askers]) => noEnvironment(rule, selector, askers)),
  }
}

function compileGroup(
  template: GroupTemplate,
  environments: readonly Environment[],
  rules: readonly string[],
): (variables: Variables, note: NoteBlank) => Omit<Wish, 'source' | 'variables'> {
  const groupName = compileTemplate(template.name)
  const description = compileTemplate(template.description)
  const unsafe = compileUnsafe(template.bindings)
  const bindings = template.bindings.map(binding => compileBinding(binding, environments, rules))
  const permissions = template.permissions.map(permission =>
    compilePermission(permission, environments, rules),
  )
  return (variables, note) => ({
    groupName: groupName(variables).trim(),
    description: description(variables).trim(),
    bindings: bindings.flatMap(binding => binding(variables, note)),
    permissions: permissions.flatMap(permission => permission(variables, note)),
    unsafe: unsafe(variables),
  })
}

function compilePermission(
  { role, level, zones }: PermissionTemplate,
  environments: readonly Environment[],
  rules: readonly string[],
): (variables: Variables, note: NoteBlank) => readonly DesiredPermission[] {
  const levels = compileLevel(level, environments)
  const names = zones.map(compileTemplate)
  return (variables, note) => {
    const limits = names.length === 0 ? [undefined] : [...new Set(names.map(name => name(variables)))]
    return levels(variables, note).flatMap(chosen =>
      limits.map(zone => ({ role, level: chosen, zone, rules })),
    )
  }
}

type NoteBlank = (selector: string) => void

function compileBinding(
  template: BindingTemplate,
  environments: readonly Environment[],
  rules: readonly string[],
): (variables: Variables, note: NoteBlank) => readonly DesiredBinding[] {
  const policy = compileTemplate(template.policy)
  const levels = compileLevel(template.level, environments)
  const parameters = Object.entries(template.parameters).map(
    ([name, value]) => [name, compileTemplate(value)] as const,
  )
  const boundaries = template.boundaries.map(compileTemplate)
  return (variables, note) => {
    const filled = {
      policy: policy(variables),
      parameters: Object.fromEntries(parameters.map(([name, value]) => [name, value(variables)])),
      boundaries: [...new Set(boundaries.map(boundary => boundary(variables)))].sort(),
      rules,
    }
    return levels(variables, note).map(level => ({ ...filled, level }))
  }
}

function compileLevel(
  selector: LevelSelector,
  environments: readonly Environment[],
): (variables: Variables, note: NoteBlank) => readonly DesiredLevel[] {
  switch (selector.kind) {
    case 'account':
      return () => [{ kind: 'account' }]
    case 'environments': {
      const chosen = environments.filter(({ name }) => selector.names.includes(name)).map(toLevel)
      return () => chosen
    }
    case 'labels':
      return compileSelector(selector.labels, environments)
    case 'several': {
      const each = selector.of.map(one => compileLevel(one, environments))
      return (variables, note) => distinctLevels(each.flatMap(levels => levels(variables, note)))
    }
  }
}

function compileSelector(
  labels: Readonly<Record<string, string>>,
  environments: readonly Environment[],
): (variables: Variables, note: NoteBlank) => readonly DesiredLevel[] {
  const templates = Object.entries(labels).map(([name, value]) => [name, compileTemplate(value)] as const)
  return (variables, note) => {
    const wanted = Object.fromEntries(templates.map(([name, value]) => [name, value(variables)]))
    const chosen = selectByLabels(environments, wanted)
    if (chosen.length === 0) {
      note(
        Object.entries(wanted)
          .map(([name, value]) => `${name}=${value}`)
          .join(' and '),
      )
    }
    return chosen.map(toLevel)
  }
}

const distinctLevels = (levels: readonly DesiredLevel[]): readonly DesiredLevel[] => [
  ...new Map(levels.map(level => [level.kind === 'account' ? '' : level.id, level])).values(),
]

function toLevel(environment: Environment): DesiredLevel {
  return { kind: 'environment', id: environment.id }
}
