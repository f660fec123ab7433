/** Reads who is in a group of ours. */
import type { Dynatrace } from '../../dynatrace/dynatrace.ts'
import { UpstreamError } from '../../dynatrace/upstream-error.ts'
import { messageOf } from '../../lib/errors.ts'
import { inTurns } from '../../lib/turns.ts'
import type { GroupRef } from '../state.ts'
import { meetAll } from './meet.ts'
import type { Sight } from './sight.ts'

/** Never throws for what concerns this group alone: that becomes a blind spot. */
export async function readMembers(ref: GroupRef, dynatrace: Dynatrace, sight: Sight): Promise<void> {
  const { request, notLocal, problems, blind, members, whole, withServiceUsers } = sight
  try {
    const found = await dynatrace.groups.members(ref)
    if (found === undefined) throw new UpstreamError('not-found', 'groups.members', `Group ${ref} is gone.`)
    const { people, service } = await inTurns(meetAll(found, sight))
    const expected = request.expected.get(ref)
    members.set(ref, expected !== undefined && isSame(expected, people) ? expected : people)
    whole.add(ref)
    // Members of a federated group come from sign-in claims; writing them would be undone or forbidden.
    if (notLocal.has(ref)) {
      problems.push(`Group ${ref} of ours is not a local group any more; its members are left alone.`)
      blind.members.add(ref)
    }
    if (service.length > 0) withServiceUsers.set(ref, service)
  } catch (error) {
    problems.push(`The members of group ${ref} could not be read: ${messageOf(error)}`)
    blind.members.add(ref)
    blind.unread.add(ref)
  }
}

const isSame = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && one.isSubsetOf(other)
