/** What Dynatrace groups give together in one place. */
import type { DesiredBinding, DesiredGroup, DesiredPermission } from '../desired-group.ts'
import { type ByLevel, grantedByLevel, grantedIn } from '../evaluate/by-level.ts'
import { environmentId } from '../evaluate/facts.ts'
import type { Texts } from '../evaluate/texts.ts'
import type { Place } from '../impact/side.ts'
import type { Rights } from './difference.ts'

/** Each group is worked out once, for however many places. */
export function rightsReader(texts: Texts): (groups: readonly DesiredGroup[], place: Place) => Rights {
  const known = new WeakMap<DesiredGroup, ByLevel>()
  const granted = (group: DesiredGroup): ByLevel => {
    const found = known.get(group) ?? grantedByLevel(group, texts)
    known.set(group, found)
    return found
  }
  return (groups, place) => {
    const { statements, unknown } = grantedIn(groups.map(granted), environmentId(place))
    return {
      statements,
      roles: groups.flatMap(group => rolesIn(group, place)),
      unknown: unknown.map(bindingText),
    }
  }
}

/** Whether a group has anything of its own there, which makes the place unlike others. */
export const hasOwn = ({ bindings, permissions }: DesiredGroup, place: Place): boolean =>
  [...bindings, ...permissions].some(({ level }) => isAt(level, place))

const rolesIn = ({ permissions }: DesiredGroup, place: Place): readonly string[] =>
  permissions.filter(({ level }) => isAt(level, place)).map(roleText)

/** Roles of the account concern the account alone. */
function isAt(level: DesiredPermission['level'], place: Place): boolean {
  if (level.kind === 'account') return place.kind === 'account'
  return place.kind === 'environment' && level.id === place.id
}

export const roleText = ({ role, zone }: Pick<DesiredPermission, 'role' | 'zone'>): string =>
  zone === undefined ? role : `${role} in zone "${zone}"`

/** `team data (team=payments) within "team payments"`. */
export function bindingText({
  policy,
  parameters,
  boundaries,
}: Pick<DesiredBinding, 'policy' | 'parameters' | 'boundaries'>): string {
  const values = Object.entries(parameters).map(([name, value]) => `${name}=${value}`)
  const within = boundaries.map(name => `"${name}"`).join(' or ')
  return `${policy}${values.length === 0 ? '' : ` (${values.join(', ')})`}${within === '' ? '' : ` within ${within}`}`
}
