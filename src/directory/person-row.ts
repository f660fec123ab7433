/** People as the reconciler sees them, from user rows. */
import type { Work } from '../lib/turns.ts'
import type { UserRow } from '../store/tables.ts'
import type { Person } from './snapshot.ts'

export type PersonRow = Pick<
  UserRow,
  | 'id'
  | 'userName'
  | 'email'
  | 'emailKey'
  | 'active'
  | 'inactiveSince'
  | 'reactivatedAt'
  | 'doubtedSince'
  | 'createdAt'
>

/** By folded e-mail; of two users with one address the active, then the older one counts. */
export function* peopleByEmail(rows: readonly PersonRow[]): Work<Map<string, Person>> {
  const chosen = new Map<string, PersonRow>()
  for (const row of rows) {
    if (row.emailKey === null) continue
    yield
    const other = chosen.get(row.emailKey)
    if (other === undefined || precedes(row, other)) chosen.set(row.emailKey, row)
  }
  const people = new Map<string, Person>()
  for (const [emailKey, row] of chosen) {
    yield
    // Mostly all three are the same: then one text is held, not three.
    people.set(emailKey, {
      userName: row.userName === emailKey ? emailKey : row.userName,
      email: row.email === null || row.email === emailKey ? emailKey : row.email,
      emailKey,
      active: row.active === 1,
      inactiveSince: row.inactiveSince ?? undefined,
      reactivatedAt: row.reactivatedAt ?? undefined,
      doubtedSince: row.doubtedSince ?? undefined,
    })
  }
  return people
}

function precedes(a: PersonRow, b: PersonRow): boolean {
  if (a.active !== b.active) return a.active > b.active
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt
  return a.id < b.id
}
