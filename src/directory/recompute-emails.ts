/** Brings the addresses of stored users up to date when the setting that chooses them has changed. */
import type { Clock } from '../lib/clock.ts'
import { newId } from '../lib/ids.ts'
import { statement } from '../store/statement.ts'
import type { Reader, Store } from '../store/store.ts'
import type { UserRow } from '../store/tables.ts'
import { moveAddress } from './departure-writes.ts'
import type { EmailOf } from './dynatrace-email.ts'
import { toUser, userColumns } from './user-row.ts'
import { updateUser } from './user-statements.ts'
import { feed, note, type Write } from './write.ts'

const CHUNK = 500

const NAME = 'email-attribute'

/** In force while rows are being recomputed: a start that was cut short is made good by the next one. */
const UNFINISHED = ''

/**
 * Answers how many users have another address than before; each is a planned rename. Call it before the directory
 * takes requests. A database that knows nothing of the setting was filled with `auto`.
 */
export async function recomputeEmails(parts: {
  readonly store: Store
  readonly clock: Clock
  /** As it is in the settings. */
  readonly setting: string
  /** What `emailAttribute` made of it. */
  readonly emailOf: EmailOf
}): Promise<number> {
  const { store, clock, setting, emailOf } = parts
  const [known] = await settingNamed(store.db, { name: NAME })
  const previous = known?.value ?? 'auto'
  if (previous === setting) return 0
  const cause = { requestId: newId(), actor: 'bridge' }
  const now = () => clock.now().toISOString()
  await store.write(async tx => {
    await keepSetting(tx, { name: NAME, value: UNFINISHED })
    note({ tx, at: now(), cause }, 'directory.email-attribute.changed', { previous, setting })
  })
  let changed = 0
  for (let after = ''; ; ) {
    const chunk = await store.write(tx => recomputeChunk({ tx, at: now(), cause }, after, emailOf))
    changed += chunk.changed
    if (chunk.last === undefined) break
    after = chunk.last
  }
  await store.write(tx => keepSetting(tx, { name: NAME, value: setting }))
  return changed
}

async function recomputeChunk(
  write: Write,
  after: string,
  emailOf: EmailOf,
): Promise<{ readonly changed: number; readonly last: string | undefined }> {
  const rows = await usersAfter(write.tx, { after, limit: CHUNK })
  let changed = 0
  for (const row of rows) if (await recompute(write, row, emailOf)) changed += 1
  return { changed, last: rows.at(-1)?.id }
}

async function recompute(write: Write, row: UserRow, emailOf: EmailOf): Promise<boolean> {
  const { email, emailKey } = userColumns(toUser(row).attributes, emailOf)
  if (email === row.email) return false
  const after = { ...row, email, emailKey }
  await updateUser(write.tx, after)
  await moveAddress(write, row, after)
  feed(write, 'user', [row.emailKey, emailKey])
  note(write, 'directory.user.email-changed', { id: row.id, userName: row.userName })
  return true
}

const settingNamed = statement((db: Reader, { name }: { name: string }) =>
  db.selectFrom('settings').select('value').where('name', '=', name),
)

const keepSetting = statement((db: Reader, row: { name: string; value: string }) =>
  db
    .insertInto('settings')
    .values({ name: row.name, value: row.value })
    .onConflict(conflict => conflict.column('name').doUpdateSet({ value: row.value })),
)

const usersAfter = statement((db: Reader, { after, limit }: { after: string; limit: number }) =>
  db.selectFrom('users').selectAll().where('id', '>', after).orderBy('id').limit(limit),
)
