/** What the rules give one person of the directory, and through what. */
import { desiredGroups } from '../access/desired.ts'
import { accessOf } from '../access/explain.ts'
import type { AccessModel } from '../access/model.ts'
import type { ReadSnapshot } from '../directory/snapshot.ts'
import type { UserAccess } from '../http/ops/parts.ts'
import { foldKey } from '../lib/fold.ts'
import type { Store } from '../store/store.ts'

/** Undefined when the directory has no user of that name. */
export async function userAccess(
  userName: string,
  parts: { readonly store: Store; readonly readSnapshot: ReadSnapshot; readonly model: AccessModel },
): Promise<UserAccess | undefined> {
  const { store, readSnapshot, model } = parts
  const row = await store.db
    .selectFrom('users')
    .select(['userName', 'email', 'emailKey', 'active'])
    .where('userNameKey', '=', foldKey(userName))
    .executeTakeFirst()
  if (row === undefined) return undefined
  const person = { userName: row.userName, email: row.email ?? undefined, active: row.active === 1 }
  if (row.emailKey === null) return { ...person, access: [] }
  const snapshot = await readSnapshot({ kind: 'keys', emails: new Set([row.emailKey]), groupIds: new Set() })
  const { groups } = desiredGroups(model, snapshot.groups)
  const access = accessOf({
    emailKey: row.emailKey,
    groups,
    members: person.active ? snapshot.members : new Map(),
    environments: model.environments,
  })
  return { ...person, access }
}
