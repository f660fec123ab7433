/** The role permissions of one group in the words of `bridge.yaml`. */
import { canonicalJson } from '../../lib/digest.ts'
import type { PermissionFact } from './account-facts.ts'
import type { DraftLevel, DraftPermission } from './draft.ts'
import type { Places, Said } from './places.ts'
import { joinLevels, type SaidGrants } from './say-bindings.ts'

export function sayPermissions(
  permissions: readonly PermissionFact[],
  { places, accountId }: { readonly places: Places; readonly accountId: string | undefined },
): SaidGrants<DraftPermission> {
  const unsaid: { what: string; why: string }[] = []
  const whole: DraftPermission[] = []
  const zoned = new Map<string, { role: string; level: DraftLevel; zones: Set<string> }>()
  for (const permission of permissions) {
    const { role, scope, scopeType } = permission
    const place = placeOf(permission, places, accountId)
    if (place.kind === 'unsaid') {
      unsaid.push({ what: `role ${role} for ${scopeType} ${scope}`, why: place.why })
      continue
    }
    const { level, zone } = place.value
    if (zone === undefined) {
      whole.push({ role, level, zones: [] })
      continue
    }
    const key = canonicalJson({ role, level })
    const known = zoned.get(key) ?? { role, level, zones: new Set() }
    known.zones.add(zone)
    zoned.set(key, known)
  }
  const limited = [...zoned.values()].map(each => ({ ...each, zones: [...each.zones].sort() }))
  return { said: joinLevels([...whole, ...limited]), unsaid }
}

interface Place {
  readonly level: DraftLevel
  readonly zone: string | undefined
}

function placeOf(
  { scope, scopeType }: PermissionFact,
  places: Places,
  accountId: string | undefined,
): Said<Place> {
  switch (scopeType) {
    case 'account':
      return accountId === undefined || scope === accountId
        ? { kind: 'said', value: { level: { kind: 'account' }, zone: undefined } }
        : { kind: 'unsaid', why: 'it is for another account' }
    case 'tenant':
      return within(scope, undefined, places)
    case 'management-zone': {
      const at = scope.indexOf(':')
      const environment = scope.slice(0, Math.max(at, 0))
      const zone = places.zone(environment, scope.slice(at + 1))
      return zone.kind === 'unsaid' ? zone : within(environment, zone.value, places)
    }
  }
}

function within(id: string, zone: string | undefined, places: Places): Said<Place> {
  const level = places.level({ kind: 'environment', id })
  return level.kind === 'unsaid' ? level : { kind: 'said', value: { level: level.value, zone } }
}
