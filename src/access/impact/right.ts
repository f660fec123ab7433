/** What a group grants in a place, in pieces that can be compared one by one. */

import { canonicalJson } from '../../lib/digest.ts'
import type { EffectiveStatement } from '../../policy/effective.ts'
import type { DesiredGroup } from '../desired-group.ts'
import { grantedBy } from '../evaluate/granted.ts'
import type { Place, Side } from './side.ts'

export interface Rights {
  readonly statements: readonly EffectiveStatement[]
  /** Roles, and policies whose text nobody knows: had or not had, without shades. */
  readonly whole: readonly string[]
}

/** A role as a piece: `role tenant-viewer`, with its management zone where it has one. */
export function rightsOf(group: DesiredGroup, place: Place, { texts }: Side): Rights {
  const roles = group.permissions
    .filter(({ level }) => (level.kind === 'account' ? place.kind === 'account' : level.id === idOf(place)))
    .map(({ role, zone }) => (zone === undefined ? `role ${role}` : `role ${role} in zone "${zone}"`))
  // What a policy of the account permits is said of each environment, where it is used.
  if (place.kind === 'account') return { statements: [], whole: roles }
  const { statements, unknown } = grantedBy(group, place.id, texts)
  const policies = unknown.map(({ policy, parameters, boundaries }) => {
    const details = [
      ...Object.entries(parameters).map(([name, value]) => `${name}=${value}`),
      ...boundaries.map(name => `boundary "${name}"`),
    ]
    return `policy "${policy}"${details.length === 0 ? '' : ` (${details.join(', ')})`}`
  })
  const bare = statements.map(({ effect, permission, conditions }) => ({
    effect,
    permission,
    conditions: conditions.map(({ name, operator, values }) => ({ name, operator, values })),
  }))
  return { statements: bare, whole: [...roles, ...policies] }
}

/** The same for equal rights, whatever they are called. */
export const rightsKey = (rights: Rights): string => canonicalJson(rights)

const idOf = (place: Place): string | undefined => (place.kind === 'account' ? undefined : place.id)
