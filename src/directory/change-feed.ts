/** The change feed over the rows that every directory write leaves. */
import { statement } from '../store/statement.ts'
import type { Reader, Store } from '../store/store.ts'
import type { ChangedKey, ChangeFeed } from './snapshot.ts'

const CHUNK = 5000

export function sqlChangeFeed(store: Store): ChangeFeed {
  return {
    async pending() {
      const keys = new Map<string, Pending>()
      for (let after = 0; ; ) {
        const rows = await changesAfter(store.db, { after, limit: CHUNK })
        for (const { kind, key, requestId, seq } of rows) {
          const name = `${kind} ${key}`
          const known = keys.get(name) ?? { kind, key, requestIds: new Set<string>(), seq }
          known.requestIds.add(requestId)
          known.seq = seq
          keys.set(name, known)
        }
        const last = rows.at(-1)
        if (last === undefined || rows.length < CHUNK) break
        after = last.seq
      }
      return [...keys.values()].map(pending => ({ ...pending, requestIds: [...pending.requestIds] }))
    },
    async settle(keys) {
      if (keys.length === 0) return
      await store.write(async tx => {
        for (const { kind, key, seq } of keys) await forgetKey(tx, { kind, key, seq })
      })
    },
    async settleAll(seq) {
      await store.write(tx => forgetUpTo(tx, { seq }))
    },
  }
}

interface Pending extends Omit<ChangedKey, 'requestIds' | 'seq'> {
  readonly requestIds: Set<string>
  seq: number
}

const changesAfter = statement((db: Reader, { after, limit }: { after: number; limit: number }) =>
  db.selectFrom('changes').selectAll().where('seq', '>', after).orderBy('seq').limit(limit),
)

const forgetKey = statement((db: Reader, given: { kind: ChangedKey['kind']; key: string; seq: number }) =>
  db
    .deleteFrom('changes')
    .where('kind', '=', given.kind)
    .where('key', '=', given.key)
    .where('seq', '<=', given.seq),
)

const forgetUpTo = statement((db: Reader, { seq }: { seq: number }) =>
  db.deleteFrom('changes').where('seq', '<=', seq),
)
