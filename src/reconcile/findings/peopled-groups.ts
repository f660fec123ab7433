/** The groups that rules make, with the active people in them. */

import type { DesiredGroup } from '../../access/desired-group.ts'
import type { PeopledGroup } from '../../access/findings/sight.ts'
import type { DirectorySnapshot } from '../../directory/snapshot.ts'
import type { Work } from '../../lib/turns.ts'
import { type Assignment, sourcesOf } from '../assign.ts'
import type { DesiredState } from '../desired-state.ts'

/** People looked at before the loop may go on with something else. */
const PEOPLE_A_STEP = 1_000

/** In the order of `wished`. Groups whose name somebody else's group has are not made, so they are left out. */
export function* peopledGroups(
  wished: readonly DesiredGroup[],
  assignment: Pick<Assignment, 'desired' | 'federated' | 'taken'>,
  { state }: Pick<DesiredState, 'state'>,
  snapshot: Pick<DirectorySnapshot, 'members' | 'people'>,
): Work<readonly PeopledGroup[]> {
  const refs = new Map([...assignment.desired].map(([ref, group]) => [group, ref]))
  const taken = new Set(assignment.taken)
  const federated = new Set([...assignment.federated.values()].map(({ desired }) => desired))
  const groups: PeopledGroup[] = []
  for (const group of wished) {
    yield
    if (taken.has(group)) continue
    const ref = refs.get(group)
    const known = ref === undefined ? undefined : state.members.get(ref)
    const meant = known ?? (yield* activeMembers(group, snapshot))
    groups.push({ group, meant, members: federated.has(group) ? undefined : meant })
  }
  return groups
}

function* activeMembers(
  group: DesiredGroup,
  { members, people }: Pick<DirectorySnapshot, 'members' | 'people'>,
): Work<ReadonlySet<string>> {
  const active = new Set<string>()
  let looked = 0
  for (const id of sourcesOf(group)) {
    for (const emailKey of members.get(id) ?? []) {
      if (people.get(emailKey)?.active === true) active.add(emailKey)
      looked += 1
      if (looked % PEOPLE_A_STEP === 0) yield
    }
  }
  return active
}
