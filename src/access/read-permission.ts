/** The `permissions` of a rule, of a group or of the defaults: roles, and management zones that limit them. */
import { nearest } from '../lib/nearest.ts'
import { holdsAccount, holdsEnvironments } from './level-parts.ts'
import type { Path } from './locate.ts'
import type { LevelSelector, PermissionTemplate } from './model.ts'
import { type GrantContext, levelRule, readGranted, readLevelOf, reportTwice } from './read-granted.ts'
import { readTemplateText } from './read-template.ts'
import { readUntil } from './read-until.ts'
import { allRead, quote, type Reading, readList, readMapping, readValue } from './reading.ts'
import { accountRoles, environmentRoles, wholeEnvironmentRoles } from './roles.ts'
import { permissionShape } from './schema/rule.ts'
import { text } from './values.ts'
import type { Written } from './written.ts'

export function readPermissions(
  value: unknown,
  path: Path,
  context: GrantContext,
  reading: Reading,
): readonly Written<PermissionTemplate>[] | undefined {
  return readGranted(value, path, (item, inner) => readPermission(item, inner, context, reading), reading)
}

/** A permission of the defaults gives way to one of the rule for the same. */
export const roleIdentity = ({ role, level }: PermissionTemplate) => ({ role, level })

/** Gives those that are not there before. */
export const reportPermissionsTwice = (permissions: readonly Written<PermissionTemplate>[]) =>
  reportTwice(
    permissions,
    ({ role, level, zones }) => ({ role, level, zones: zones.toSorted() }),
    'the same role and level',
  )

function readPermission(
  value: unknown,
  path: Path,
  context: GrantContext,
  reading: Reading,
): PermissionTemplate | undefined {
  const given = readMapping(value, path, { ...permissionShape.keys, level: levelRule(context) }, reading)
  if (given === undefined) return undefined
  const role = given.role === undefined ? undefined : readValue(text, given.role, [...path, 'role'], reading)
  const level = readLevelOf(given, path, context, reading)
  const inner = [...path, 'managementZones']
  const zones =
    given.managementZones === undefined ? [] : readZones(given.managementZones, inner, context, reading)
  const until = readUntil(given, path, context.today, reading)
  if (role !== undefined) {
    const isKnown = checkRole(role, level, path, reading)
    if (isKnown && given.managementZones !== undefined) checkZones(role, inner, reading)
  }
  return role === undefined || level === undefined || zones === undefined
    ? undefined
    : { role, level, zones, until }
}

function readZones(
  value: unknown,
  path: Path,
  { scope }: GrantContext,
  reading: Reading,
): readonly string[] | undefined {
  const items = readList(value, path, reading)
  if (items?.length === 0) {
    const remedy = 'name at least one, or remove the key to give the role in the whole environment'
    reading.problem(path, '"managementZones" names none', remedy)
  }
  const zones = items?.map((item, index) => readTemplateText(item, [...path, index], scope, reading))
  const seen = new Set<string>()
  for (const [index, zone] of (zones ?? []).entries()) {
    if (zone === undefined) continue
    if (seen.has(zone)) {
      reading.problem([...path, index], `${quote(zone)} is listed twice`, 'remove one of them')
    }
    seen.add(zone)
  }
  return allRead(zones)
}

function checkRole(role: string, level: LevelSelector | undefined, path: Path, reading: Reading): boolean {
  const roles = [...accountRoles, ...environmentRoles]
  if (!roles.includes(role)) {
    const meant = nearest(role, roles)
    const remedy = meant === undefined ? `there are ${roles.join(', ')}` : `did you mean ${quote(meant)}?`
    reading.problem([...path, 'role'], `Dynatrace has no role ${quote(role)}`, remedy)
    return false
  }
  if (level === undefined) return true
  if (accountRoles.includes(role) && holdsEnvironments(level)) {
    reading.problem([...path, 'level'], `${quote(role)} is a role of the account`, 'write level: account')
  }
  if (environmentRoles.includes(role) && holdsAccount(level)) {
    const remedy = 'write level: { environments: all }, or the names or labels of some'
    reading.problem([...path, 'level'], `${quote(role)} is a role of environments`, remedy)
  }
  return true
}

function checkZones(role: string, path: Path, reading: Reading): void {
  const isOfAccount = accountRoles.includes(role)
  if (!isOfAccount && !wholeEnvironmentRoles.includes(role)) return
  const message = isOfAccount
    ? `${quote(role)} is a role of the account, which has no management zones`
    : `${quote(role)} cannot be limited to management zones`
  const remedy = isOfAccount ? 'remove the key' : 'remove the key: it is a role for the whole environment'
  reading.problem(path, message, remedy, { key: true })
}
