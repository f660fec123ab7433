/** What one rule wants for one IdP group, with all variables filled in and environments chosen. */
import type { IdpGroup } from '../directory/snapshot.ts'
import { canonicalJson } from '../lib/digest.ts'
import { foldKey } from '../lib/fold.ts'
import { compileLevel, type LevelChoice, type RankedEnvironment, type RankedLevel } from './choose-level.ts'
import type { DesiredBinding, Source } from './desired-group.ts'
import type { BindingTemplate, GroupTemplate, PermissionTemplate } from './model.ts'
import { compileTemplate, type Variables } from './template.ts'
import { compileUnsafe } from './unsafe-parameter.ts'

export interface Wish {
  readonly groupName: string
  readonly description: string
  readonly source: Source
  readonly bindings: readonly BindingWish[]
  readonly permissions: readonly PermissionWish[]
  /** Label selectors that chose no environment. */
  readonly blanks: readonly string[]
  /** A parameter that cannot be filled safely: then nothing of the wish is to be granted. */
  readonly unsafe: string | undefined
}

/** One binding at all its levels. */
export interface BindingWish {
  readonly filled: Omit<DesiredBinding, 'level'>
  /** The same for the same policy with the same parameters. */
  readonly key: string
  /** The same for spellings of one policy too. */
  readonly alike: string
  readonly levels: readonly RankedLevel[]
}

export interface PermissionWish {
  readonly role: string
  readonly levels: readonly RankedLevel[]
  /** Sorted, each once; undefined: the whole level. */
  readonly zones: readonly (string | undefined)[]
}

/** Works out once what does not depend on the IdP group. */
export interface CompiledGroup {
  /** What it will be called: all that is needed to know which wishes meet. */
  readonly nameFor: (variables: Variables) => string
  readonly wishFor: (group: IdpGroup, variables: Variables) => Wish
}

export function compileGroup(
  template: GroupTemplate,
  rule: string,
  environments: readonly RankedEnvironment[],
): CompiledGroup {
  const rules = [rule]
  const groupName = compileTemplate(template.name)
  const description = compileTemplate(template.description)
  const unsafe = compileUnsafe(template.bindings)
  const bindings = template.bindings.map(binding => compileBinding(binding, environments, rules))
  const permissions = template.permissions.map(permission => compilePermission(permission, environments))
  const nameFor = (variables: Variables): string => groupName(variables).trim()
  return {
    nameFor,
    wishFor: (group, variables) => {
      const blanks = new Set<string>()
      const note = (selector: string): void => void blanks.add(selector)
      return {
        groupName: nameFor(variables),
        description: description(variables).trim(),
        source: { rule, idpGroupId: group.id, idpGroupName: group.displayName },
        bindings: bindings.map(binding => binding(variables, note)),
        permissions: permissions.map(permission => permission(variables, note)),
        blanks: [...blanks],
        unsafe: unsafe(variables),
      }
    },
  }
}

type Fill<T> = (variables: Variables, note: (selector: string) => void) => T

function compileBinding(
  template: BindingTemplate,
  environments: readonly RankedEnvironment[],
  rules: readonly string[],
): Fill<BindingWish> {
  const policyName = compileTemplate(template.policy)
  const levels: LevelChoice = compileLevel(template.level, environments)
  const values = Object.entries(template.parameters).map(
    ([name, value]) => [name, compileTemplate(value)] as const,
  )
  const boundaryNames = template.boundaries.map(compileTemplate)
  return (variables, note) => {
    const policy = policyName(variables)
    const parameters = Object.fromEntries(values.map(([name, value]) => [name, value(variables)]))
    const boundaries = [...new Set(boundaryNames.map(boundary => boundary(variables)))].sort()
    const said = values.length === 0 ? '{}' : canonicalJson(parameters)
    return {
      filled: { policy, parameters, boundaries, rules },
      key: `${JSON.stringify(policy)} ${said}`,
      alike: `${JSON.stringify(foldKey(policy))} ${said}`,
      levels: levels(variables, note),
    }
  }
}

function compilePermission(
  { role, level, zones }: PermissionTemplate,
  environments: readonly RankedEnvironment[],
): Fill<PermissionWish> {
  const levels = compileLevel(level, environments)
  const names = zones.map(compileTemplate)
  return (variables, note) => ({
    role,
    levels: levels(variables, note),
    zones: names.length === 0 ? [undefined] : [...new Set(names.map(name => name(variables)))].sort(),
  })
}
