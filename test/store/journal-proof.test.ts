/** That the journal shows whatever is done to it, names people without holding their names, and leaves in one piece. */
import fc from 'fast-check'
import { test } from 'tap'
import { readJournal } from '../../src/store/journal.ts'
import { hashOf } from '../../src/store/journal-chain.ts'
import type { JournalEntry } from '../../src/store/journal-entry.ts'
import { exportJournal } from '../../src/store/journal-export.ts'
import { verifyExport } from '../../src/store/journal-file.ts'
import { journalHead } from '../../src/store/journal-head.ts'
import { verifyJournal } from '../../src/store/journal-verify.ts'
import { pseudonymise } from '../../src/store/pseudonymise.ts'
import type { Store, Writer } from '../../src/store/store.ts'
import type { JournalRow } from '../../src/store/tables.ts'
import { appendJournal } from '../../src/store/tail.ts'
import { eachDatabase, sqliteDatabase } from '../support/databases.ts'

const at = '2026-11-20T10:00:00.000Z'
const entry = (n: number): JournalEntry => ({
  kind: n % 2 === 0 ? 'dynatrace.call' : 'step.applied',
  ...(n % 3 === 0 ? { runId: `run-${n % 2}` } : {}),
  actor: n % 4 === 0 ? 'eva@acme.example' : 'bridge',
  data: { n, title: `add p${n % 5}@acme.example to "Readers"`, path: `/users/p${n % 5}%40acme.example` },
})
const LINES = 40

test('any edit, removal, insertion, swap or cut shows, and where', async t => {
  const store = await (await sqliteDatabase(t)).open()
  await store.write(async tx =>
    appendJournal(
      tx,
      Array.from({ length: LINES }, (_, n) => entry(n)),
      at,
    ),
  )
  const whole = await rowsOf(store)
  const head = await journalHead(store.db)
  await fc.assert(
    fc.asyncProperty(anyTampering(), async tampering => {
      await store.write(async tx => {
        await tx.deleteFrom('journal').execute()
        for (const row of whole) await tx.insertInto('journal').values(row).execute()
        await tx
          .updateTable('journalHead')
          .set({ seq: LINES, hash: head?.hash ?? '' })
          .execute()
        await tamper(tx, tampering)
      })
      const first = firstChanged(whole, await rowsOf(store))
      if (first === undefined) return
      const verdict = await verifyJournal(store.db)
      if (verdict.kind !== 'broken') throw new Error(`not noticed: ${JSON.stringify(tampering)}`)
      // A line that was changed and hashed anew shows by the one behind it, the last one by the head.
      t.ok(Math.abs(verdict.seq - first) <= 1, JSON.stringify({ tampering, verdict, first }))
      // An export tells the same, of what was recorded.
      const file = await verifyExport(linesOf(store))
      if (first <= LINES) t.equal(file.kind, 'broken', `export: ${JSON.stringify(tampering)}`)
      // What is written afterwards does not heal it.
      await store.write(async tx => appendJournal(tx, [entry(1)], at))
      t.match(await verifyJournal(store.db), { kind: 'broken' }, `afterwards: ${JSON.stringify(tampering)}`)
    }),
    { numRuns: 150 },
  )
})

test('a journal rewritten from some line on, head and all, is found out by a head written down elsewhere', async t => {
  const store = await (await sqliteDatabase(t)).open()
  await store.write(async tx =>
    appendJournal(
      tx,
      Array.from({ length: LINES }, (_, n) => entry(n)),
      at,
    ),
  )
  const anchor = await journalHead(store.db)
  if (anchor === undefined) throw new Error('no head')
  const rows = await rowsOf(store)
  t.match(await verifyJournal(store.db, [anchor]), { kind: 'ok', lines: LINES })
  await store.write(async tx => {
    let previousHash = rows[19]?.hash ?? ''
    for (const row of rows.slice(20)) {
      const changed = { ...row, actor: 'nobody', previousHash }
      previousHash = hashOf(changed)
      await tx
        .updateTable('journal')
        .set({ ...changed, hash: previousHash })
        .where('seq', '=', row.seq)
        .execute()
    }
    await tx.updateTable('journalHead').set({ hash: previousHash }).execute()
  })
  t.match(await verifyJournal(store.db), { kind: 'ok' }, 'by itself it looks whole')
  t.match(await verifyJournal(store.db, [anchor]), { kind: 'broken', seq: LINES, problem: 'head-differs' })
  t.match(await verifyJournal(store.db, [{ seq: LINES + 3, hash: anchor.hash }]), {
    kind: 'broken',
    seq: LINES + 1,
    problem: 'cut-off',
  })
})

eachDatabase({
  async 'lines are verified while others are written'(t, database) {
    const store = await database.open()
    await store.write(async tx =>
      appendJournal(
        tx,
        Array.from({ length: 2_000 }, (_, n) => entry(n)),
        at,
      ),
    )
    let writing = true
    const writer = (async () => {
      while (writing) await store.write(async tx => appendJournal(tx, [entry(7)], at))
    })()
    for (let round = 0; round < 5; round += 1) t.match(await verifyJournal(store.db), { kind: 'ok' })
    writing = false
    await writer
  },

  async 'names of people are tokens in the lines, are read as names, and can be deleted'(t, database) {
    const store = await database.open()
    const told: JournalEntry[] = [
      { kind: 'scim.user.created', actor: 'scim', data: { userName: 'Ana "the" Kos', active: true } },
      {
        kind: 'scim.user.changed',
        actor: 'scim',
        data: { userName: 'ana@acme.example', previousUserName: 'Ana "the" Kos' },
      },
      {
        kind: 'dynatrace.call',
        actor: 'bridge',
        data: { path: '/iam/v1/users/Ana%40acme.example/groups?x=1' },
      },
      {
        kind: 'decision',
        actor: 'ana@acme.example',
        data: { reason: 'line\nana@acme.example, \u00e9 <ben@acme.example>' },
      },
      {
        kind: 'step.applied',
        actor: 'bridge',
        data: { title: 'odd ‹p:00112233445566778899› text, é@é.example' },
      },
    ]
    await store.write(async tx => appendJournal(tx, told, at))
    const stored = await rowsOf(store)
    t.notOk(
      stored.some(({ actor, data }) => /ana|ben|é@/i.test(`${actor}${data}`)),
      'no name in a line',
    )
    const read = await readJournal(store.db, { limit: 10, oldestFirst: true })
    t.same(
      read.map(({ kind, actor, data }) => ({ kind, actor, data })),
      told,
    )

    const ofAna = await readJournal(store.db, { limit: 10, person: 'ANA@acme.example' })
    t.same(
      ofAna.map(({ seq }) => seq),
      [4, 3, 2],
    )
    t.same(
      (await readJournal(store.db, { limit: 1, person: 'ANA@acme.example', before: 4 })).map(
        ({ seq }) => seq,
      ),
      [3],
    )

    const asked = {
      names: ['ana@acme.example', 'ana "the" kos'],
      by: 'eva',
      reason: 'asked to be forgotten',
      at,
    }
    const done = await pseudonymise(store, asked)
    t.match(done, { spellings: 3, plainLines: 0 })
    t.match(await verifyJournal(store.db), { kind: 'ok', lines: 6 })
    const after = await readJournal(store.db, { limit: 10, oldestFirst: true })
    t.notOk(/ana/i.test(JSON.stringify(after)), 'nothing names her any more')
    t.match(after.at(-1), { kind: 'journal.pseudonymised', actor: 'eva', data: { person: done.label } })
    t.equal(after[3]?.actor, done.label)
    t.match(
      after[3]?.data,
      { reason: `line\n${done.label}, é <ben@acme.example>` },
      'others keep their names',
    )
    t.same(
      (await readJournal(store.db, { limit: 10, person: done.label ?? '' })).map(({ seq }) => seq),
      [6, 4, 3, 2, 1],
    )
    const text = (await all(exportJournal(store.db, {}))).join('')
    t.notOk(/ana/i.test(text), 'nor does an export')
    // Who is written of again stays who they were made.
    await store.write(async tx => appendJournal(tx, told.slice(1, 2), at))
    t.match((await readJournal(store.db, { limit: 1 }))[0]?.data, { userName: done.label })
    t.match(await pseudonymise(store, { ...asked, names: ['nobody'] }), { label: undefined, spellings: 0 })
  },

  async 'lines of earlier releases that hold a name are counted'(t, database) {
    const store = await database.open()
    const line = {
      seq: 1,
      at,
      kind: 'old',
      runId: null,
      requestId: null,
      actor: 'scim',
      previousHash: '0'.repeat(64),
    }
    const old = { ...line, data: '{"userName":"Ana@Acme.example","path":"/users/ana%40acme.example"}' }
    await store.write(async tx => {
      await tx
        .insertInto('journal')
        .values({ ...old, hash: hashOf(old) })
        .execute()
      await tx
        .updateTable('journalHead')
        .set({ seq: 1, hash: hashOf(old) })
        .execute()
    })
    await store.write(async tx => appendJournal(tx, [entry(1)], at))
    t.equal((await readJournal(store.db, { limit: 9, person: 'ana@acme.example' })).length, 1)
    const done = await pseudonymise(store, { names: ['ana@acme.example'], by: 'eva', reason: 'gone', at })
    t.match(done, { spellings: 0, plainLines: 1 })
    t.match(await verifyJournal(store.db), { kind: 'ok' })
  },

  async 'an export proves itself, whole or in part'(t, database) {
    const store = await database.open()
    for (const day of ['01', '02', '03']) {
      const lines = Array.from({ length: 600 }, (_, n) => entry(n))
      await store.write(async tx => appendJournal(tx, lines, `2026-11-${day}T10:00:00.000Z`))
    }
    t.match(await verifyExport(linesOf(store)), { kind: 'ok', lines: 1800, first: 1, filtered: false })
    const part = { from: '2026-11-02T00:00:00.000Z', to: '2026-11-03T00:00:00.000Z' }
    t.match(await verifyExport(linesOf(store, part)), { kind: 'ok', lines: 600, first: 601, filtered: false })
    t.match(await verifyExport(linesOf(store, { kind: 'step.applied' })), {
      kind: 'ok',
      lines: 900,
      filtered: true,
    })
    t.match(await verifyExport(linesOf(store, { runId: 'nothing' })), { kind: 'ok', lines: 0 })

    const lines = await all(linesOf(store))
    const without = (...seqs: number[]) => lines.filter((_, at) => !seqs.includes(at + 1))
    t.match(await verifyExport(each(without(700))), { kind: 'broken', seq: 700, problem: 'missing' })
    t.match(await verifyExport(each(lines.slice(0, -1))), { kind: 'broken', seq: 1801, problem: 'cut-off' })
    t.match(await verifyExport(each([...lines.slice(0, 900), ...lines.slice(-1)])), {
      kind: 'broken',
      seq: 901,
      problem: 'cut-off',
    })
    const edited = lines.map((line, at) => (at === 99 ? line.replace('"n":99', '"n":98') : line))
    t.match(await verifyExport(each(edited)), {
      kind: 'broken',
      seq: 100,
      problem: 'edited',
      lastGood: { seq: 99 },
    })
    await t.rejects(verifyExport(each(['{"some":"thing"}'])), { code: 'not-an-export' })
    await t.rejects(verifyExport(linesOf(store, part), [{ seq: 3, hash: 'f' }]), { code: 'anchor-outside' })
    t.match(await verifyExport(linesOf(store), [{ seq: 3, hash: 'f' }]), {
      kind: 'broken',
      seq: 3,
      problem: 'head-differs',
    })
  },
})

type Tampering =
  | {
      readonly kind: 'edit'
      readonly seq: number
      readonly field: keyof JournalRow
      readonly rehash: boolean
    }
  | { readonly kind: 'remove' | 'cut'; readonly seq: number }
  | { readonly kind: 'insert'; readonly seq: number }
  | { readonly kind: 'swap'; readonly seq: number; readonly other: number }
  | { readonly kind: 'head'; readonly seq: number }

function anyTampering(): fc.Arbitrary<Tampering> {
  const seq = fc.integer({ min: 1, max: LINES })
  const field = fc.constantFrom<keyof JournalRow>(
    'at',
    'kind',
    'runId',
    'requestId',
    'actor',
    'data',
    'previousHash',
    'hash',
  )
  return fc.oneof(
    fc.record({ kind: fc.constant('edit' as const), seq, field, rehash: fc.boolean() }),
    fc.record({ kind: fc.constantFrom('remove' as const, 'cut' as const), seq }),
    fc.record({ kind: fc.constant('insert' as const), seq }),
    fc.record({ kind: fc.constant('swap' as const), seq, other: seq }),
    fc.record({ kind: fc.constant('head' as const), seq }),
  )
}

async function tamper(tx: Writer, tampering: Tampering): Promise<void> {
  const { seq } = tampering
  const row = await tx.selectFrom('journal').selectAll().where('seq', '=', seq).executeTakeFirstOrThrow()
  const put = ({ seq: at, ...values }: JournalRow) =>
    tx.updateTable('journal').set(values).where('seq', '=', at).execute()
  switch (tampering.kind) {
    case 'edit': {
      const changed = { ...row, [tampering.field]: `${row[tampering.field] ?? ''}x` }
      await put(
        tampering.rehash && tampering.field !== 'hash' ? { ...changed, hash: hashOf(changed) } : changed,
      )
      return
    }
    case 'remove':
      await tx.deleteFrom('journal').where('seq', '=', seq).execute()
      return
    case 'cut':
      await tx.deleteFrom('journal').where('seq', '>=', seq).execute()
      return
    case 'insert':
      // The lines behind it move on.
      for (let at = LINES; at >= seq; at -= 1) {
        await tx
          .updateTable('journal')
          .set({ seq: at + 1 })
          .where('seq', '=', at)
          .execute()
      }
      await tx.insertInto('journal').values(row).execute()
      return
    case 'swap': {
      const other = await tx
        .selectFrom('journal')
        .selectAll()
        .where('seq', '=', tampering.other)
        .executeTakeFirstOrThrow()
      await put({ ...row, seq: other.seq })
      await put({ ...other, seq: row.seq })
      return
    }
    case 'head':
      await tx.deleteFrom('journal').where('seq', '>', seq).execute()
      await tx.updateTable('journalHead').set({ seq }).execute()
      return
  }
}

/** The first line that is not what it was; undefined when nothing has changed. */
function firstChanged(before: readonly JournalRow[], after: readonly JournalRow[]): number | undefined {
  const at = before.findIndex((row, index) => JSON.stringify(row) !== JSON.stringify(after[index]))
  if (at !== -1) return at + 1
  return after.length === before.length ? undefined : before.length + 1
}

const rowsOf = (store: Store): Promise<JournalRow[]> =>
  store.db.selectFrom('journal').selectAll().orderBy('seq').execute()

async function* linesOf(
  store: Store,
  filter: Parameters<typeof exportJournal>[1] = {},
): AsyncGenerator<string> {
  for await (const piece of exportJournal(store.db, filter))
    yield* piece.split('\n').filter(line => line !== '')
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines
}

async function all(pieces: AsyncIterable<string>): Promise<readonly string[]> {
  const found: string[] = []
  for await (const piece of pieces) found.push(piece)
  return found
}
