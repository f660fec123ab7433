/** Deletes the names of a person from the record, whatever the directory knows them by. */
import { personNames } from '../directory/person-names.ts'
import type { Clock } from '../lib/clock.ts'
import { foldKey } from '../lib/fold.ts'
import { type Pseudonymised, pseudonymise } from '../store/pseudonymise.ts'
import type { Store } from '../store/store.ts'

export interface PersonAsked {
  /** User name or address. */
  readonly person: string
  readonly by: string
  readonly reason: string
}

export async function pseudonymisePerson(
  { person, by, reason }: PersonAsked,
  { store, clock }: { readonly store: Store; readonly clock: Clock },
): Promise<Pseudonymised & { readonly stillProvisioned: boolean }> {
  const names = await personNames(store.db, person)
  const keys = names.map(foldKey)
  const user = await store.db
    .selectFrom('users')
    .select('id')
    .where(({ eb, or }) => or([eb('userNameKey', 'in', keys), eb('emailKey', 'in', keys)]))
    .executeTakeFirst()
  const done = await pseudonymise(store, { names, by, reason, at: clock.now().toISOString() })
  return { ...done, stillProvisioned: user !== undefined }
}
