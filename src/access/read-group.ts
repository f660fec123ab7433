/** The Dynatrace groups of a rule: `group`, or several under `groups`. */
import { foldKey } from '../lib/fold.ts'
import type { Path } from './locate.ts'
import type { BindingTemplate, PermissionTemplate } from './model.ts'
import { readBindings } from './read-binding.ts'
import type { GrantContext } from './read-granted.ts'
import { readPermissions } from './read-permission.ts'
import { readTemplateText, type Scope } from './read-template.ts'
import { allRead, quote, type Reading, readList, readMapping } from './reading.ts'
import { groupShape, oneOfGroupsShape } from './schema/rule.ts'
import { readTemplate } from './template.ts'
import type { Written } from './written.ts'

/** Dynatrace refuses longer descriptions of groups. */
export const longestDescription = 255

/** A group with what is given to it alone. */
export interface ReadGroup {
  readonly name: string
  /** Undefined: that of the defaults. */
  readonly description: string | undefined
  readonly bindings: readonly Written<BindingTemplate>[]
  readonly permissions: readonly Written<PermissionTemplate>[]
  readonly path: Path
}

export function readGroup(
  value: unknown,
  path: Path,
  { scope }: GrantContext,
  reading: Reading,
): ReadGroup | undefined {
  const given = readMapping(value, path, groupShape.keys, reading)
  const named = given && readNamed(given, path, scope, reading)
  return named && { ...named, bindings: [], permissions: [], path }
}

export function readGroups(
  value: unknown,
  path: Path,
  context: GrantContext,
  reading: Reading,
): readonly ReadGroup[] | undefined {
  const items = readList(value, path, reading)
  if (items?.length === 0) {
    reading.problem(path, '"groups" names no group', 'name at least one Dynatrace group')
    return undefined
  }
  const groups = items?.map((item, index) => readOneOf(item, [...path, index], context, reading))
  const first = new Map<string, number>()
  for (const [index, group] of (groups ?? []).entries()) {
    if (group === undefined) continue
    const earlier = first.get(foldKey(group.name))
    if (earlier === undefined) first.set(foldKey(group.name), index)
    else {
      const message = `group ${earlier + 1} of the rule has the name ${quote(group.name)} already`
      reading.problem([...group.path, 'name'], message, 'make one group of the two')
    }
  }
  return allRead(groups)
}

/** May be undefined when it could not be read, too. */
export function readDescription(
  value: unknown,
  path: Path,
  scope: Scope,
  reading: Reading,
): string | undefined {
  const description = value === undefined ? undefined : readTemplateText(value, path, scope, reading)
  if (description !== undefined && fixedLength(description) > longestDescription) {
    const message = `the description is longer than the ${longestDescription} characters Dynatrace takes`
    reading.warning(path, message, 'shorten it; it will be cut otherwise')
  }
  return description
}

function readOneOf(
  value: unknown,
  path: Path,
  context: GrantContext,
  reading: Reading,
): ReadGroup | undefined {
  const given = readMapping(value, path, oneOfGroupsShape.keys, reading)
  if (given === undefined) return undefined
  const named = readNamed(given, path, context.scope, reading)
  const bindings = readBindings(given.bindings ?? [], [...path, 'bindings'], context, reading)
  const permissions = readPermissions(given.permissions ?? [], [...path, 'permissions'], context, reading)
  if (named === undefined || bindings === undefined || permissions === undefined) return undefined
  return { ...named, bindings, permissions, path }
}

function readNamed(
  given: { readonly name?: unknown; readonly description?: unknown },
  path: Path,
  scope: Scope,
  reading: Reading,
): Pick<ReadGroup, 'name' | 'description'> | undefined {
  const name =
    given.name === undefined ? undefined : readTemplateText(given.name, [...path, 'name'], scope, reading)
  const description = readDescription(given.description, [...path, 'description'], scope, reading)
  if (name === undefined) return undefined
  return { name, description }
}

function fixedLength(template: string): number {
  return readTemplate(template).reduce(
    (sum, segment) => sum + (segment.kind === 'text' ? segment.text.length : 1),
    0,
  )
}
