/** The Dynatrace groups that the rules put a person in, with the IdP groups and rules behind each. */
import type { DirectorySnapshot } from '../../directory/snapshot.ts'
import type { DesiredGroup, Source } from '../desired-group.ts'

export interface Membership {
  readonly group: DesiredGroup
  /** IdP groups of the person, and the rules that took them; at least one. */
  readonly via: readonly Source[]
}

/** Whoever is not active has none. */
export function membershipsOf(
  emailKey: string,
  groups: readonly DesiredGroup[],
  { people, members }: Pick<DirectorySnapshot, 'people' | 'members'>,
): readonly Membership[] {
  if (people.get(emailKey)?.active !== true) return []
  return groups.flatMap(group => {
    const via = group.sources.filter(({ idpGroupId }) => members.get(idpGroupId)?.has(emailKey) ?? false)
    return via.length === 0 ? [] : [{ group, via }]
  })
}
