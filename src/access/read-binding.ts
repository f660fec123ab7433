/** The `bindings` and `permissions` of a rule. */
import { canonicalJson } from '../lib/digest.ts'
import { nearest } from '../lib/nearest.ts'
import type { Path } from './locate.ts'
import type { BindingTemplate, LevelSelector, PermissionTemplate } from './model.ts'
import { readLabels } from './read-environments.ts'
import { type LevelContext, readLevel } from './read-level.ts'
import { checkTemplate, readTemplateText } from './read-template.ts'
import { allRead, quote, type Reading, readList, readMapping, readValue } from './reading.ts'
import { accountRoles, environmentRoles } from './roles.ts'
import { text } from './values.ts'

export function readBindings(
  value: unknown,
  path: Path,
  context: LevelContext,
  reading: Reading,
): readonly BindingTemplate[] | undefined {
  const items = readList(value, path, reading)
  const bindings = items?.map((item, index) => readBinding(item, [...path, index], context, reading))
  reportRepetitions(
    bindings?.map(binding => binding && { ...binding, boundaries: [] }),
    path,
    'the same policy, level and parameters',
    reading,
  )
  return allRead(bindings)
}

export function readPermissions(
  value: unknown,
  path: Path,
  context: LevelContext,
  reading: Reading,
): readonly PermissionTemplate[] | undefined {
  const items = readList(value, path, reading)
  const permissions = items?.map((item, index) => readPermission(item, [...path, index], context, reading))
  reportRepetitions(permissions, path, 'the same role and level', reading)
  return allRead(permissions)
}

const bindingKeys = {
  policy: 'required',
  level: 'required',
  parameters: 'optional',
  boundaries: 'filled',
} as const

function readBinding(
  value: unknown,
  path: Path,
  context: LevelContext,
  reading: Reading,
): BindingTemplate | undefined {
  const given = readMapping(value, path, bindingKeys, reading)
  if (given === undefined) return undefined
  const { captures } = context
  const policy =
    given.policy === undefined
      ? undefined
      : readTemplateText(given.policy, [...path, 'policy'], captures, reading)
  const level =
    given.level === undefined ? undefined : readLevel(given.level, [...path, 'level'], context, reading)
  const check = (template: string, inner: Path): void => checkTemplate(template, inner, captures, reading)
  const parameters =
    given.parameters === undefined
      ? {}
      : readLabels(given.parameters, [...path, 'parameters'], reading, check)
  const boundaries =
    given.boundaries === undefined
      ? []
      : allRead(
          readList(given.boundaries, [...path, 'boundaries'], reading)?.map((item, index) =>
            readTemplateText(item, [...path, 'boundaries', index], captures, reading),
          ),
        )
  if (policy === undefined || level === undefined || parameters === undefined) return undefined
  return boundaries === undefined ? undefined : { policy, level, parameters, boundaries, until: undefined }
}

function readPermission(
  value: unknown,
  path: Path,
  context: LevelContext,
  reading: Reading,
): PermissionTemplate | undefined {
  const given = readMapping(value, path, { role: 'required', level: 'required' }, reading)
  if (given === undefined) return undefined
  const role = given.role === undefined ? undefined : readValue(text, given.role, [...path, 'role'], reading)
  const level =
    given.level === undefined ? undefined : readLevel(given.level, [...path, 'level'], context, reading)
  if (role !== undefined) checkRole(role, level, path, reading)
  return role === undefined || level === undefined ? undefined : { role, level, zones: [], until: undefined }
}

function checkRole(role: string, level: LevelSelector | undefined, path: Path, reading: Reading): void {
  const roles = [...accountRoles, ...environmentRoles]
  if (!roles.includes(role)) {
    const meant = nearest(role, roles)
    const remedy = meant === undefined ? `there are ${roles.join(', ')}` : `did you mean ${quote(meant)}?`
    reading.problem([...path, 'role'], `Dynatrace has no role ${quote(role)}`, remedy)
    return
  }
  if (level === undefined) return
  if (accountRoles.includes(role) && level.kind !== 'account') {
    reading.problem([...path, 'level'], `${quote(role)} is a role of the account`, 'write level: account')
  }
  if (environmentRoles.includes(role) && level.kind === 'account') {
    const remedy = 'write level: { environments: all }, or the names or labels of some'
    reading.problem([...path, 'level'], `${quote(role)} is a role of environments`, remedy)
  }
}

function reportRepetitions(
  items: readonly unknown[] | undefined,
  path: Path,
  what: string,
  reading: Reading,
): void {
  const first = new Map<string, number>()
  for (const [index, item] of (items ?? []).entries()) {
    if (item === undefined) continue
    const key = canonicalJson(item)
    const earlier = first.get(key)
    if (earlier === undefined) first.set(key, index)
    else {
      const message = `${what} as in element ${earlier + 1} of "${String(path.at(-1))}"`
      reading.problem([...path, index], message, 'remove one of them')
    }
  }
}
