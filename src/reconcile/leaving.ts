/**
 * Who is to leave the account: users we brought in, gone from the IdP for longer than the grace period. Who has a
 * new address needs no grace: the person stays, as another user.
 */
import type { AccessModel, Leaving } from '../access/model.ts'
import type { DirectorySnapshot } from '../directory/snapshot.ts'
import type { Rename } from './renames.ts'

export function departed(input: {
  readonly model: AccessModel
  readonly snapshot: DirectorySnapshot
  /** Folded e-mails of users that the bridge brought into the account. */
  readonly owned: ReadonlySet<string>
  readonly renames: ReadonlyMap<string, Rename>
  readonly now: Date
}): ReadonlyMap<string, string> {
  const { model, snapshot, owned, renames, now } = input
  const over = (leaving: Leaving, since: string): boolean =>
    leaving.kind === 'remove' && Date.parse(since) + leaving.afterMs <= now.getTime()
  const result = new Map<string, string>()
  for (const person of snapshot.people.values()) {
    if (person.active || person.inactiveSince === undefined || !owned.has(person.emailKey)) continue
    if (over(model.lifecycle.deactivated, person.inactiveSince)) result.set(person.emailKey, person.email)
  }
  for (const departure of snapshot.departures.values()) {
    if (snapshot.people.has(departure.emailKey) || !owned.has(departure.emailKey)) continue
    if (renames.has(departure.emailKey) || over(model.lifecycle.deleted, departure.at))
      result.set(departure.emailKey, departure.email)
  }
  return result
}
