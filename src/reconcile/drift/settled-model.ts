/** Which access model the newest full pass carried out: where another is in force, differences are its doing. */
import type { AccessModel } from '../../access/model.ts'
import { canonicalJson, sha256 } from '../../lib/digest.ts'
import type { Reader, Store } from '../../store/store.ts'

const NAME = 'settled-model'

const digests = new WeakMap<AccessModel, string>()

/** Of what decides over access: where in a file it stands, and how far the bridge goes, make no difference to the account. */
export function modelDigest(model: AccessModel): string {
  const known = digests.get(model)
  if (known !== undefined) return known
  const { environments, rules, policies, boundaries, lifecycle } = model
  const digest = sha256(canonicalJson({ environments, rules, policies, boundaries, lifecycle }))
  digests.set(model, digest)
  return digest
}

/**
 * Undefined when no pass has kept what was in force before. `isFirst`: nothing is ours yet, so that everything that the
 * model asks for is new.
 */
export async function isNewModel(
  model: AccessModel,
  { db, isFirst }: { readonly db: Reader; readonly isFirst: boolean },
): Promise<boolean | undefined> {
  const known = await settled(db)
  if (known === undefined) return isFirst ? true : undefined
  return known !== modelDigest(model)
}

/** Writes only what is not written already. */
export async function settleModel(model: AccessModel, store: Store): Promise<void> {
  const value = modelDigest(model)
  if ((await settled(store.db)) === value) return
  await store.write(async tx => {
    await tx
      .insertInto('settings')
      .values({ name: NAME, value })
      .onConflict(conflict => conflict.column('name').doUpdateSet({ value }))
      .execute()
  })
}

async function settled(db: Reader): Promise<string | undefined> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', NAME).executeTakeFirst()
  return row?.value
}
