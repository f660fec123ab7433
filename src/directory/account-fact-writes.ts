/** Keeping what the account said of people, many in one statement. */
import { SqliteAdapter, sql } from 'kysely'
import type { Store, Writer } from '../store/store.ts'
import { textList } from '../store/text-list.ts'
import type { AccountFact } from './account-facts.ts'

/** People in one statement. */
const CHUNK = 500

/** Writes and forgets in one transaction; without anything to do there is none. */
export async function writeAccountFacts(
  store: Store,
  facts: readonly AccountFact[],
  /** Folded e-mails of people who are neither in the account nor in the directory. */
  gone: readonly string[],
): Promise<void> {
  if (facts.length + gone.length === 0) return
  await store.write(async tx => {
    for (let start = 0; start < facts.length; start += CHUNK) {
      await upsert(tx, JSON.stringify(facts.slice(start, start + CHUNK).map(toRow)))
    }
    for (let start = 0; start < gone.length; start += CHUNK) {
      const keys = JSON.stringify(gone.slice(start, start + CHUNK))
      await tx
        .deleteFrom('accountUsers')
        .where('emailKey', 'in', sql<string>`${textList(tx, keys)}`)
        .execute()
    }
  })
}

function toRow(fact: AccountFact) {
  return {
    email_key: fact.emailKey,
    uid: fact.uid ?? null,
    status: fact.status ?? null,
    last_sign_in: fact.lastSignIn ?? null,
    environments: JSON.stringify(fact.environments),
    synced_at: fact.syncedAt ?? null,
    error: fact.error ?? null,
  }
}

const columns = sql`email_key, uid, status, last_sign_in, environments, synced_at, error`

async function upsert(tx: Writer, rows: string): Promise<void> {
  const given =
    tx.getExecutor().adapter instanceof SqliteAdapter
      ? sql`select value ->> 'email_key', value ->> 'uid', value ->> 'status', value ->> 'last_sign_in',
          value ->> 'environments', value ->> 'synced_at', value ->> 'error' from json_each(${rows}) where true`
      : sql`select ${columns} from json_to_recordset(${rows}::json) as given (email_key text, uid text, status text,
          last_sign_in text, environments text, synced_at text, error text)`
  await sql`insert into account_users (${columns}) ${given}
    on conflict (email_key) do update set uid = excluded.uid, status = excluded.status,
      last_sign_in = excluded.last_sign_in, environments = excluded.environments,
      synced_at = excluded.synced_at, error = excluded.error`.execute(tx)
}
