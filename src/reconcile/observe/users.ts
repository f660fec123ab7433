/** Reads the users of the account: everybody, or one with the groups of ours that hold them. */
import type { Dynatrace } from '../../dynatrace/dynatrace.ts'
import { UpstreamError } from '../../dynatrace/upstream-error.ts'
import { messageOf } from '../../lib/errors.ts'
import { inTurns } from '../../lib/turns.ts'
import type { GroupRef, StateUser } from '../state.ts'
import { meet, meetAll } from './meet.ts'
import type { Sight } from './sight.ts'

/** @throws UpstreamError when the account tells of nobody, besides what the client throws. */
export async function readEverybody(dynatrace: Dynatrace, sight: Sight): Promise<void> {
  const all = await dynatrace.users.list()
  // The account owner is always there: an empty list is a failed read.
  if (all.length === 0) {
    throw new UpstreamError(
      'malformed',
      'users.list',
      'Dynatrace answered with no user at all; nothing is concluded from that.',
    )
  }
  await inTurns(meetAll(all, sight))
}

/** `within` gets the user into the groups they are in; a user who cannot be read becomes a blind spot. */
export async function readUser(
  { emailKey, email }: StateUser,
  within: ReadonlyMap<GroupRef, Set<string>>,
  dynatrace: Dynatrace,
  sight: Sight,
): Promise<void> {
  try {
    const user = await dynatrace.users.get(email)
    if (user === undefined) return
    meet(user, sight)
    for (const ref of user.groupIds) within.get(ref)?.add(emailKey)
  } catch (error) {
    sight.problems.push(`The user ${email} could not be read: ${messageOf(error)}`)
    sight.blind.users.add(emailKey)
  }
}
