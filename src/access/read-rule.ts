/** One entry of `rules`. */
import type { Path } from './locate.ts'
import { capturesOf } from './match-captures.ts'
import type { BindingTemplate, GroupTemplate, PermissionTemplate, Rule } from './model.ts'
import { bindingIdentity, readBindings, reportBindingsTwice } from './read-binding.ts'
import { fillConstants } from './read-constants.ts'
import type { Defaults } from './read-defaults.ts'
import type { KnownEnvironments } from './read-environments.ts'
import { type GrantContext, withDefaults } from './read-granted.ts'
import { type ReadGroup, readGroup, readGroups } from './read-group.ts'
import { type Constants, readMatch } from './read-match.ts'
import { readPermissions, reportPermissionsTwice, roleIdentity } from './read-permission.ts'
import { type Captures, scopeOf } from './read-template.ts'
import { readUnless } from './read-unless.ts'
import { readUntil } from './read-until.ts'
import { type Reading, readMapping, readValue } from './reading.ts'
import { ruleShape } from './schema/rule.ts'
import { mode, text } from './values.ts'
import type { Written, WrittenGroup } from './written.ts'

/** What rules are read against. */
export interface RuleContext {
  readonly known: KnownEnvironments
  readonly constants: Constants
  readonly defaults: Defaults
  readonly today: string | undefined
}

export interface ReadRule {
  readonly rule: Rule
  readonly captures: Captures
  readonly groups: readonly WrittenGroup[]
}

export function readRule(
  value: unknown,
  path: Path,
  context: RuleContext,
  reading: Reading,
): ReadRule | undefined {
  const given = readMapping(value, path, keysOf(value), reading)
  if (given === undefined) return undefined
  const { constants, defaults, known, today } = context
  const name = given.name === undefined ? undefined : readValue(text, given.name, [...path, 'name'], reading)
  const match =
    given.match === undefined ? undefined : readMatch(given.match, [...path, 'match'], constants, reading)
  const captures = match === undefined ? undefined : capturesOf(match)
  const unless =
    given.unless === undefined
      ? []
      : readUnless(given.unless, [...path, 'unless'], captures, constants, reading)
  const granting = { known, today, level: defaults.level, scope: scopeOf(captures, constants) }
  const groups = readOwnGroups(given, path, granting, reading)
  const bindings = readBindings(given.bindings ?? [], [...path, 'bindings'], granting, reading)
  const permissions = readPermissions(given.permissions ?? [], [...path, 'permissions'], granting, reading)
  const until = readUntil(given, path, today, reading)
  const description =
    given.description === undefined
      ? ''
      : readValue(text, given.description, [...path, 'description'], reading)
  const own = given.mode === undefined ? undefined : readValue(mode, given.mode, [...path, 'mode'], reading)
  const shared = {
    bindings: reportBindingsTwice(bindings ?? []),
    permissions: reportPermissionsTwice(permissions ?? []),
  }
  if (name === undefined || match === undefined || captures === undefined || groups === undefined) {
    return undefined
  }
  if (bindings === undefined || permissions === undefined) return undefined
  if (unless === undefined || description === undefined) return undefined
  const made = groups.map(group => makeGroup(group, shared, defaults, reading))
  const rule: Rule = {
    name,
    description: fillConstants(description, constants),
    mode: own ?? defaults.mode,
    match,
    unless,
    until,
    groups: made.map(group => group.value),
  }
  return { rule, captures, groups: made }
}

/** One of the two must be there. */
function keysOf(value: unknown) {
  const isGiven = (key: string) => value !== null && typeof value === 'object' && Object.hasOwn(value, key)
  return isGiven('groups') ? ruleShape.keys : { ...ruleShape.keys, group: 'required' as const }
}

function readOwnGroups(
  given: { readonly group?: unknown; readonly groups?: unknown },
  path: Path,
  context: GrantContext,
  reading: Reading,
): readonly ReadGroup[] | undefined {
  if (given.group !== undefined && given.groups !== undefined) {
    const remedy = 'keep one of them: a group more is an element more of "groups"'
    reading.problem([...path, 'groups'], '"group" and "groups" are given together', remedy, { key: true })
  }
  const group =
    given.group === undefined ? undefined : readGroup(given.group, [...path, 'group'], context, reading)
  if (given.groups !== undefined) return readGroups(given.groups, [...path, 'groups'], context, reading)
  return group && [group]
}

/** Shared are those that each group of the rule gets. */
function makeGroup(
  group: ReadGroup,
  shared: {
    readonly bindings: readonly Written<BindingTemplate>[]
    readonly permissions: readonly Written<PermissionTemplate>[]
  },
  defaults: Defaults,
  reading: Reading,
): WrittenGroup {
  const ownBindings = [...shared.bindings, ...group.bindings]
  const ownPermissions = [...shared.permissions, ...group.permissions]
  if (group.bindings.length > 0) reportBindingsTwice(ownBindings)
  if (group.permissions.length > 0) reportPermissionsTwice(ownPermissions)
  const bindings = withDefaults(ownBindings, defaults.bindings, bindingIdentity)
  const value: GroupTemplate = {
    name: group.name,
    description: group.description ?? defaults.description,
    bindings: bindings.map(binding => binding.value),
    permissions: withDefaults(ownPermissions, defaults.permissions, roleIdentity).map(each => each.value),
  }
  return { value, path: group.path, reading, bindings }
}
