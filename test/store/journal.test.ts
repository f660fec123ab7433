import { readJournal } from '../../src/store/journal.ts'
import type { JournalEntry } from '../../src/store/journal-entry.ts'
import { verifyJournal } from '../../src/store/journal-verify.ts'
import { acquireLease, releaseLease } from '../../src/store/lease.ts'
import { appendJournal } from '../../src/store/tail.ts'
import { eachDatabase } from '../support/databases.ts'

const at = '2026-11-20T10:00:00.000Z'
const entry = (n: number): JournalEntry => ({
  kind: n % 2 === 0 ? 'call' : 'decision',
  ...(n % 3 === 0 ? { runId: `run-${n % 2}` } : {}),
  ...(n % 5 === 0 ? { requestId: `req-${n}` } : {}),
  actor: 'bridge',
  data: { n, ü: ['é', null, { b: 1, a: 2 }] },
})
const entries = (count: number): JournalEntry[] => Array.from({ length: count }, (_, n) => entry(n))

eachDatabase({
  async 'lines are numbered without gaps and chained, rollbacks and parallel writers included'(t, database) {
    const stores = [await database.open(), await database.open()]
    await Promise.allSettled(
      entries(60).map((line, n) =>
        stores[n % 2]?.write(async tx => {
          appendJournal(tx, n % 7 === 0 ? [line, line, line] : [line], at)
          if (n % 4 === 0) throw new Error('undone')
        }),
      ),
    )
    const [store] = stores
    if (store === undefined) throw new Error('unreachable')
    const lines = await readJournal(store.db, { limit: 1000 })
    t.same(
      lines.map(({ seq }) => seq),
      Array.from(lines, (_, n) => lines.length - n),
    )
    t.match(await verifyJournal(store.db), { kind: 'ok', lines: lines.length, hash: lines[0]?.hash })
  },

  async 'an empty journal is in order'(t, database) {
    t.match(await verifyJournal((await database.open()).db), { kind: 'ok', lines: 0 })
  },

  async 'lines are found by run, request and kind, newest first, page by page'(t, database) {
    const store = await database.open()
    await store.write(async tx => appendJournal(tx, entries(500), at))
    const page = await readJournal(store.db, { limit: 2, before: 11 })
    t.same(
      page.map(({ seq, data, actor, kind }) => ({ seq, data, actor, kind })),
      [
        { seq: 10, data: entry(9).data, actor: 'bridge', kind: 'decision' },
        { seq: 9, data: entry(8).data, actor: 'bridge', kind: 'call' },
      ],
    )
    t.same(await readJournal(store.db, { limit: 1, requestId: 'req-10' }), [
      { ...entry(10), seq: 11, at, hash: (await readJournal(store.db, { limit: 1, before: 12 }))[0]?.hash },
    ])
    const ofRun = await readJournal(store.db, { limit: 1000, runId: 'run-1', kind: 'decision' })
    t.ok(ofRun.every(line => line.runId === 'run-1' && line.kind === 'decision'))
    t.equal(ofRun.length, 83)
  },

  async 'a line that was changed, removed or slipped in shows'(t, database) {
    const store = await database.open()
    await store.write(async tx => appendJournal(tx, entries(1200), at))
    t.match(await verifyJournal(store.db), { kind: 'ok', lines: 1200 })

    const tamper = {
      data: () =>
        store.write(tx =>
          tx.updateTable('journal').set({ data: '{ "n": 1099 }' }).where('seq', '=', 1100).execute(),
        ),
      actor: () =>
        store.write(tx =>
          tx.updateTable('journal').set({ actor: 'nobody' }).where('seq', '=', 900).execute(),
        ),
      hash: () =>
        store.write(tx =>
          tx
            .updateTable('journal')
            .set({ hash: 'f'.repeat(64) })
            .where('seq', '=', 700)
            .execute(),
        ),
      removal: () => store.write(tx => tx.deleteFrom('journal').where('seq', '=', 500).execute()),
      beginning: () => store.write(tx => tx.deleteFrom('journal').where('seq', '=', 1).execute()),
    }
    const broken: Record<string, number> = { data: 1100, actor: 900, hash: 700, removal: 500, beginning: 1 }
    for (const [name, change] of Object.entries(tamper)) {
      await change()
      t.match(await verifyJournal(store.db), { kind: 'broken', seq: broken[name] }, name)
    }
  },

  async 'a lease has one holder, is prolonged by it and taken over when it has run out'(t, database) {
    const [one, two] = [await database.open(), await database.open()]
    const lease = (holder: string, second: number) => ({
      name: 'reconcile',
      holder,
      ttlMs: 10_000,
      now: new Date(Date.UTC(2026, 10, 20, 10, 0, second)),
    })
    t.same(await acquireLease(one, lease('a', 0)), { fence: 1 })
    t.equal(await acquireLease(two, lease('b', 5)), undefined)
    t.same(await acquireLease(one, lease('a', 8)), { fence: 1 })
    t.equal(await acquireLease(two, lease('b', 17)), undefined, 'the prolongation counts')
    t.same(await acquireLease(two, lease('b', 18)), { fence: 2 })
    t.equal(await acquireLease(one, lease('a', 19)), undefined)

    await releaseLease(one, { name: 'reconcile', holder: 'a' })
    t.equal(await acquireLease(one, lease('a', 20)), undefined, 'who has lost it cannot release it')
    await releaseLease(two, { name: 'reconcile', holder: 'b' })
    t.same(await acquireLease(one, lease('a', 21)), { fence: 3 })
  },

  async 'of many who ask at once one gets the lease'(t, database) {
    const [one, two] = [await database.open(), await database.open()]
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        acquireLease(n % 2 === 0 ? one : two, {
          name: 'x',
          holder: `h${n}`,
          ttlMs: 1000,
          now: new Date(0),
        }),
      ),
    )
    t.equal(answers.filter(answer => answer !== undefined).length, 1)
  },
})
