import { sql } from 'kysely'
import { test } from 'tap'
import type { Store, Writer } from '../../src/store/store.ts'
import { UniqueViolation } from '../../src/store/unique-violation.ts'
import { eachDatabase, postgresDatabase, sqliteDatabase, startPostgres } from '../support/databases.ts'

eachDatabase({
  async 'what was acknowledged is there for another process and after a restart'(t, database) {
    const store = await database.open()
    const other = await database.open()
    await Promise.all(range(50).map(n => store.write(tx => depart(tx, n))))
    t.equal(await departures(other), 50)
    await store.close()
    await other.close()
    t.equal(await departures(await database.open()), 50)
  },

  async 'a work that throws is rolled back alone and its error is its own'(t, database) {
    const store = await database.open()
    const results = await Promise.allSettled(
      range(40).map(n =>
        store.write(async tx => {
          await depart(tx, n)
          if (n % 4 === 0) throw new Error(`work ${n} does not want to`)
          return n
        }),
      ),
    )
    const failed = results.flatMap(result => (result.status === 'rejected' ? [result.reason.message] : []))
    t.same(
      failed,
      range(40)
        .filter(n => n % 4 === 0)
        .map(n => `work ${n} does not want to`),
    )
    const done = results.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []))
    t.same(
      done,
      range(40).filter(n => n % 4 !== 0),
    )
    t.equal(await departures(store), 30)
  },

  async 'a lone work that throws leaves nothing'(t, database) {
    const store = await database.open()
    const work = store.write(async tx => {
      await depart(tx, 1)
      throw new Error('no')
    })
    await t.rejects(work, { message: 'no' })
    t.equal(await departures(store), 0)
  },

  async 'a statement that fails spoils only its own work'(t, database) {
    const store = await database.open()
    await store.write(tx => depart(tx, 0))
    const results = await Promise.allSettled([1, 0, 2].map(n => store.write(tx => depart(tx, n))))
    t.same(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    )
    const [, second] = results
    t.ok(second?.status === 'rejected' && second.reason instanceof UniqueViolation)
    t.match(second, { reason: { code: 'unique-violation', table: 'departures' } })
    t.equal(await departures(store), 3)
  },

  async 'reads see nothing that is not committed and do not wait for it'(t, database) {
    const store = await database.open()
    const gate = Promise.withResolvers<void>()
    const inside = Promise.withResolvers<void>()
    const work = store.write(async tx => {
      await depart(tx, 1)
      inside.resolve()
      await gate.promise
    })
    await inside.promise
    t.equal(await departures(store), 0)
    gate.resolve()
    await work
    t.equal(await departures(store), 1)
  },

  async 'a snapshot stays on one state while others write'(t, database) {
    const store = await database.open()
    await store.write(tx => depart(tx, 1))
    const counts = await store.snapshot(async db => {
      const before = await db.selectFrom('departures').selectAll().execute()
      await store.write(tx => depart(tx, 2))
      const after = await db.selectFrom('departures').selectAll().execute()
      return [before.length, after.length]
    })
    t.same(counts, [1, 1])
    t.equal(await departures(store), 2)
  },

  async 'works of two processes never overlap'(t, database) {
    const stores = [await database.open(), await database.open()]
    const increment = async (tx: Writer) => {
      const row = await tx.selectFrom('leases').select('fence').where('name', '=', 'n').executeTakeFirst()
      const fence = (row?.fence ?? 0) + 1
      await tx
        .insertInto('leases')
        .values({ name: 'n', holder: 'h', fence, expiresAt: '' })
        .onConflict(conflict => conflict.column('name').doUpdateSet({ fence }))
        .execute()
    }
    await Promise.all(range(60).map(n => stores[n % 2]?.write(increment)))
    const row = await stores[0]?.db.selectFrom('leases').select('fence').executeTakeFirst()
    t.equal(row?.fence, 60)
  },

  async 'several processes may open an empty database at once'(t, database) {
    const stores = await Promise.all([database.open(), database.open(), database.open()])
    await Promise.all(stores.map((store, n) => store.write(tx => depart(tx, n))))
    await Promise.all(stores.map(store => store.ping()))
    const { rows } = await sql<{ number: number }>`select number from migrations order by number`.execute(
      stores[0].db,
    )
    t.strictSame(
      rows.map(({ number }) => number),
      rows.map((_, index) => index + 1),
    )
  },

  async 'a database of a later release is refused'(t, database) {
    const store = await database.open()
    await store.write(tx => sql`insert into migrations (number, name, at) values (99, 'x', '')`.execute(tx))
    await store.close()
    await t.rejects(database.open(), {
      name: 'BridgeError',
      code: 'database-newer',
      message: /schema version 99, but this release knows versions up to \d+\. Start the newer release/,
    })
  },

  async 'a closed store finishes what waits and takes nothing more'(t, database) {
    const store = await database.open()
    const works = range(10).map(n => store.write(tx => depart(tx, n)))
    await store.close()
    await Promise.all(works)
    await t.rejects(
      store.write(tx => depart(tx, 99)),
      { code: 'store-closed' },
    )
    t.equal(await departures(await database.open()), 10)
  },

  async 'text sorts by code point, whatever the locale'(t, database) {
    const store = await database.open()
    const names = ['a', 'B', 'ä', 'Z', '_', '😀', '～']
    await store.write(async tx => {
      for (const emailKey of names) {
        await tx.insertInto('departures').values({ emailKey, email: '', userName: '', at: '' }).execute()
      }
    })
    const rows = await store.db.selectFrom('departures').select('emailKey').orderBy('emailKey').execute()
    t.same(
      rows.map(({ emailKey }) => emailKey),
      ['B', 'Z', '_', 'a', 'ä', '～', '😀'],
    )
  },
})

test('when the commit fails, every work of the batch hears of it', async t => {
  const database = await sqliteDatabase(t)
  const store = await database.open()
  const works = [
    store.write(tx => depart(tx, 1)),
    store.write(async tx => {
      // Checked by the commit and not before: a membership of a group that does not exist.
      await sql`pragma defer_foreign_keys = on`.execute(tx)
      await tx.insertInto('members').values({ groupId: 'none', memberId: 'm', kind: 'User' }).execute()
    }),
    store.write(async () => {
      throw new Error('mine')
    }),
  ]
  const results = await Promise.allSettled(works)
  t.match(results, [
    { status: 'rejected', reason: { message: /FOREIGN KEY/ } },
    { status: 'rejected', reason: { message: /FOREIGN KEY/ } },
    { status: 'rejected', reason: { message: 'mine' } },
  ])
  t.equal(await departures(store), 0)
  await store.write(tx => depart(tx, 2))
  t.equal(await departures(store), 1)
})

test('a full disk is unavailability for the whole batch, and passes', async t => {
  const store = await (await sqliteDatabase(t)).open()
  const limitTo = (pages: number) =>
    store.write(tx => sql`pragma max_page_count = ${sql.lit(pages)}`.execute(tx))
  const unavailable = { status: 'rejected', reason: { name: 'BridgeError', code: 'store-unavailable' } }
  await limitTo(1) // never fewer than there are
  const hog = (n: number) => store.write(tx => depart(tx, n, 'x'.repeat(100_000)))
  t.match(await Promise.allSettled([hog(1)]), [unavailable])
  const works = [store.write(tx => depart(tx, 2)), hog(3), store.write(tx => depart(tx, 4))]
  t.match(await Promise.allSettled(works), [unavailable, unavailable, unavailable])
  t.equal(await departures(store), 0)
  await limitTo(1_000_000)
  await Promise.all([store.write(tx => depart(tx, 5)), store.write(tx => depart(tx, 6))])
  t.equal(await departures(store), 2)
})

test('a lost PostgreSQL connection is unavailability, and passes', async t => {
  const server = await startPostgres(t)
  const database = await postgresDatabase(t, server)
  const store = await database.open()
  const inside = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const works = [
    store.write(async tx => {
      await depart(tx, 1)
      inside.resolve()
      await gate.promise
      await depart(tx, 2)
    }),
    store.write(tx => depart(tx, 3)),
  ]
  await inside.promise
  await server.disconnectAll()
  gate.resolve()
  t.match(await Promise.allSettled(works), [
    { status: 'rejected', reason: { name: 'BridgeError', code: 'store-unavailable' } },
    { status: 'rejected', reason: { name: 'BridgeError', code: 'store-unavailable' } },
  ])
  await store.write(tx => depart(tx, 4))
  t.equal(await departures(store), 1)
  await store.ping()
})

function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n)
}

async function depart(tx: Writer, n: number, userName = ''): Promise<void> {
  const emailKey = `person${n}@acme.example`
  await tx.insertInto('departures').values({ emailKey, email: emailKey, userName, at: '' }).execute()
}

async function departures(store: Store): Promise<number> {
  return (await store.db.selectFrom('departures').selectAll().execute()).length
}
