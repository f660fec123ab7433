/** Who this bridge is, so that two bridges that look after one account never take the other's things for their own. */
import { newId } from '../lib/ids.ts'
import type { Reader, Store } from '../store/store.ts'

const NAME = 'installation'

/** A random UUID, made once for each database: several instances on one database are one installation. */
export async function installationId(store: Store): Promise<string> {
  const known = await knownInstallation(store.db)
  if (known !== undefined) return known
  // The first instance to write wins; whoever comes second reads what stands there.
  return store.write(async tx => {
    await tx
      .insertInto('settings')
      .values({ name: NAME, value: newId() })
      .onConflict(conflict => conflict.column('name').doNothing())
      .execute()
    const row = await tx
      .selectFrom('settings')
      .select('value')
      .where('name', '=', NAME)
      .executeTakeFirstOrThrow()
    return row.value
  })
}

/** Undefined for a database that has not been started on. */
export async function knownInstallation(db: Reader): Promise<string | undefined> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', NAME).executeTakeFirst()
  return row?.value
}

/** The same as a subquery, to look for rows of this installation alone. */
export const thisInstallation = (db: Reader) =>
  db.selectFrom('settings').select('value').where('name', '=', NAME)
