/** Where a role permission that rules wish for is granted, as Dynatrace says it (PermissionsDto). */
import type { DesiredPermission } from '../access/desired-group.ts'
import type { Finding } from '../lib/finding.ts'
import { nearest } from '../lib/nearest.ts'
import { type Catalogue, findZone, ZONES } from './catalogue.ts'
import { levelProblems } from './level-problems.ts'
import type { StatePermission } from './state.ts'

export interface PermissionScope {
  /** Undefined when it cannot be said: a role that is meant for a zone is never granted beyond it. */
  readonly scope: Pick<StatePermission, 'scopeType' | 'scope'> | undefined
  readonly findings: readonly Finding[]
}

export function permissionScope(
  wish: DesiredPermission,
  { catalogue, accountId }: { readonly catalogue: Catalogue; readonly accountId: string },
): PermissionScope {
  const { level, zone } = wish
  const findings = levelProblems(level, catalogue)
  if (findings.length > 0) return { scope: undefined, findings }
  if (level.kind === 'account') {
    return { scope: zone === undefined ? { scopeType: 'account', scope: accountId } : undefined, findings }
  }
  if (zone === undefined) return { scope: { scopeType: 'tenant', scope: level.id }, findings }
  // Why zones are not known is told as a problem of the pass.
  if (catalogue.unread.has(ZONES)) return { scope: undefined, findings }
  const found = findZone(catalogue, zone, level.id)
  if (found.kind === 'found') {
    return { scope: { scopeType: 'management-zone', scope: `${level.id}:${found.id}` }, findings }
  }
  const count = found.kind === 'ambiguous' ? found.count : 0
  return {
    scope: undefined,
    findings: [zoneProblem({ ...wish, zone, environmentId: level.id }, count, catalogue)],
  }
}

/** `count`: how many zones have the name; 0 when none has. */
function zoneProblem(
  {
    role,
    rules,
    zone,
    environmentId,
  }: DesiredPermission & { readonly zone: string; readonly environmentId: string },
  count: number,
  { environments, zones = [] }: Catalogue,
): Finding {
  const name = environments.get(environmentId)?.name ?? environmentId
  const where =
    name === environmentId ? `environment ${environmentId}` : `environment ${name} (${environmentId})`
  const asked = `role ${role}, asked for by ${rules.map(rule => `rule "${rule}"`).join(' and ')}, is not granted there`
  const there = zones.filter(each => each.environment.id === environmentId).map(each => each.name)
  const meant = nearest(zone, there)
  const subject = `management zone ${zone} of environment ${environmentId}`
  return count === 0
    ? {
        kind: 'management-zone-not-found',
        severity: 'error',
        subject,
        message: `The ${where} has no management zone "${zone}"; ${asked}.`,
        remedy: `${meant === undefined ? 'Create it in Dynatrace' : `Did you mean "${meant}"? Create the zone in Dynatrace`}, or correct its name in bridge.yaml.`,
      }
    : {
        kind: 'management-zone-ambiguous',
        severity: 'error',
        subject,
        message: `The ${where} has ${count} management zones "${zone}"; which one is meant cannot be known, so ${asked}.`,
        remedy: 'Rename all but one of them in Dynatrace.',
      }
}
