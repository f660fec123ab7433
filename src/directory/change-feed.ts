/** The change feed over the rows that every directory write leaves. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { sql } from 'kysely'
import { overTexts } from '../store/over-texts.ts'
import { statement } from '../store/statement.ts'
import type { Reader, Store } from '../store/store.ts'
import type { ChangedKey, ChangeFeed } from './snapshot.ts'

const CHUNK = 2000

export function sqlChangeFeed(store: Store): ChangeFeed {
  return {
    async pending(limit = Number.POSITIVE_INFINITY, wanted = () => true) {
      const keys = new Map<string, Pending>()
      for (let after = 0; ; ) {
        const rows = await changesAfter(store.db, { after })
        for (const { kind, key, requestId, seq } of rows) {
          const name = `${kind} ${key}`
          const known = keys.get(name) ?? { kind, key, requestIds: new Set<string>(), seqs: [], seq }
          known.requestIds.add(requestId)
          known.seqs.push(seq)
          known.seq = seq
          keys.set(name, known)
        }
        const last = rows.at(-1)
        const ready = [...keys.values()].filter(wanted)
        // Of the keys of a first import only some are worked on at a time: the others need not be read yet.
        if (last === undefined || rows.length < CHUNK || ready.length >= limit) {
          return ready.slice(0, limit).map(each => ({ ...each, requestIds: [...each.requestIds] }))
        }
        after = last.seq
        await nextTurn()
      }
    },
    async count() {
      const [counted] = await distinctKeys(store.db, {})
      return counted?.total ?? 0
    },
    async settle(keys) {
      if (keys.length === 0) return
      const seqs = keys.flatMap(key => key.seqs.map(String))
      await store.write(async tx => {
        for (let start = 0; start < seqs.length; start += CHUNK) {
          await forget(tx, seqs.slice(start, start + CHUNK), {})
        }
      })
    },
    async settleAll(seq) {
      await store.write(tx => forgetUpTo(tx, { seq }))
    },
  }
}

interface Pending extends Omit<ChangedKey, 'requestIds' | 'seqs' | 'seq'> {
  readonly requestIds: Set<string>
  readonly seqs: number[]
  seq: number
}

const changesAfter = statement((db: Reader, { after }: { after: number }) =>
  db.selectFrom('changes').selectAll().where('seq', '>', after).orderBy('seq').limit(sql.lit(CHUNK)),
)

const distinctKeys = statement(
  () =>
    sql<{ total: number }>`select count(*) as total from (select distinct kind, key from changes) as keys`,
)

const forget = overTexts(
  (_db, seqs) => sql<never>`
    delete from changes where seq in (select cast(value as bigint) from ${seqs} as settled)`,
)

const forgetUpTo = statement((db: Reader, { seq }: { seq: number }) =>
  db.deleteFrom('changes').where('seq', '<=', seq),
)
