/** Refusals and parked members over both databases: counted, bounded, forgotten. */
import { directoryFindings } from '../../src/directory/directory-findings.ts'
import { parkedGroups } from '../../src/directory/parked-members.ts'
import { SUBJECTS_KEPT } from '../../src/directory/refusal-rows.ts'
import { type RefusalBook, refusalBook } from '../../src/directory/refusals.ts'
import { sqlDirectory } from '../../src/directory/sql-directory.ts'
import { silentLog } from '../../src/lib/log.ts'
import { readJournal } from '../../src/store/journal.ts'
import { eachDatabase } from '../support/databases.ts'
import { testClock } from '../support/world.ts'

const DAY_MS = 24 * 3_600_000
const cause = { requestId: 'request-1', actor: 'scim' }

eachDatabase({
  'refusals of a domain are counted, and forgotten after a week or once it is declared': async (
    t,
    database,
  ) => {
    const store = await database.open()
    const clock = testClock()
    const refusals = refusalBook({ store, clock, log: silentLog })
    const read = directoryFindings({ store, refusals, clock, emailDomains: [] })
    const declared = directoryFindings({ store, refusals, clock, emailDomains: ['*.example'] })
    refuse(refusals, 'other.example', 'first \0 detail')
    refuse(refusals, 'other.example', 'last detail')
    clock.advance(61_000)
    refuse(refusals, 'other.example', 'last detail')
    const { findings, totals } = await read()
    t.match(findings, [{ subject: 'domain other.example', message: /3 times.*last detail/ }])
    t.equal(totals['undeclared-domain'], 1)
    t.equal((await readJournal(store.db, { limit: 10, kind: 'scim.refused' })).length, 1)
    t.match(await declared(), { findings: [], totals: { 'undeclared-domain': 0 } })
    clock.advance(8 * DAY_MS)
    t.same((await read()).findings, [])
    refuse(refusals, 'other.example', 'anew')
    t.match((await read()).findings, [{ message: /refused at/ }], 'counted from one again')
  },

  'people whose domain is not declared any more are told by domain': async (t, database) => {
    const store = await database.open()
    const clock = testClock()
    const refusals = refusalBook({ store, clock, log: silentLog })
    const directory = sqlDirectory({ store, clock })
    const names = ['ana@acme.example', 'bo@Old.example', 'cy@old.example', 'di@x.corp.example', 'ed']
    for (const userName of names) await directory.createUser({ userName }, cause)
    await directory.createUser({ userName: 'flo@gone.example', active: false }, cause)
    const declaring = async (...emailDomains: string[]) => {
      const { findings, totals } = await directoryFindings({ store, refusals, clock, emailDomains })()
      return { found: findings.filter(({ kind }) => kind === 'domain-not-declared'), totals }
    }
    const { found, totals } = await declaring('acme.example', '*.corp.example')
    t.match(found, [
      {
        severity: 'warning',
        subject: 'domain old.example',
        message: /^2 people have an address of old\.example, .*: bo@Old\.example, cy@old\.example\./,
        since: /^\d{4}-/,
      },
    ])
    t.equal(found.length, 1)
    t.equal(totals['domain-not-declared'], 1)
    t.same((await declaring('*.example')).found, [])
    t.same((await declaring()).found, [], 'no declared domains declare them all')
  },

  'no client fills the database, and what cannot be stored fails nobody': async (t, database) => {
    const store = await database.open()
    const clock = testClock()
    const refusals = refusalBook({ store, clock, log: silentLog })
    refuse(refusals, 'x'.repeat(5000), 'too long')
    for (let n = 0; n < 3 * SUBJECTS_KEPT; n += 1) refuse(refusals, `d${n}.example`, 'no')
    const { findings, totals } = await directoryFindings({ store, refusals, clock, emailDomains: [] })()
    t.equal(totals['undeclared-domain'], SUBJECTS_KEPT)
    t.equal(findings.length, 100)
    const broken = refusalBook({
      store: { write: () => Promise.reject(new Error('down')) },
      clock,
      log: silentLog,
    })
    refuse(broken, 'a.example', 'no')
    await broken.flush()
  },

  'parked members are found among many others': async (t, database) => {
    const store = await database.open()
    const directory = sqlDirectory({ store, clock: testClock() })
    const user = await directory.createUser({ userName: 'ana@acme.example' }, cause)
    const add = (ids: readonly string[]) => [
      { kind: 'add' as const, members: ids.map(id => ({ id, kind: 'User' as const })) },
    ]
    const inner = await directory.createGroup({ displayName: 'inner' }, add([user.id]), cause)
    const many = Array.from({ length: 2500 }, (_, n) => `parked-${String(n).padStart(4, '0')}`)
    await directory.createGroup({ displayName: 'big' }, add([...many, user.id, inner.id]), cause)
    await directory.createGroup({ displayName: 'alpha' }, add(['parked-2000', user.id]), cause)
    const found = await parkedGroups(store.db)
    t.same(
      found.map(({ displayName, count }) => [displayName, count]),
      [
        ['alpha', 1],
        ['big', 2500],
      ],
    )
    t.same(found[1]?.ids, many.slice(0, 10))
  },
})

function refuse(book: RefusalBook, subject: string, detail: string): void {
  book.record({ kind: 'undeclared-domain', subject, detail, requestId: 'request-1' })
}
