/** Users are found by any of their e-mail addresses, without looking at the others, on both databases. */
import fc from 'fast-check'
import { type KyselyPlugin, sql } from 'kysely'
import type { Directory } from '../../src/directory/directory.ts'
import { sqlDirectory } from '../../src/directory/sql-directory.ts'
import { listUsers } from '../../src/directory/user-list.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { caseExactIn } from '../../src/scim/case-exact.ts'
import { evaluateFilter } from '../../src/scim/evaluate.ts'
import type { Filter } from '../../src/scim/filter.ts'
import type { JsonObject } from '../../src/scim/json.ts'
import { parseQueryFilter } from '../../src/scim/query-filter.ts'
import { userType } from '../../src/scim/schema/user.ts'
import * as tables from '../../src/store/migrations/0001-tables.ts'
import type { Reader, Store, Writer } from '../../src/store/store.ts'
import { eachDatabase } from '../support/databases.ts'

const cause = { requestId: 'r', actor: 'test' }
const core = userType.schema.id

eachDatabase({
  async 'only who may have the address is read'(t, database) {
    const { store, directory } = await opened(await database.open())
    const created = Array.from({ length: 1200 }, (_, n) => {
      const emails = [
        { value: `Work${n}@acme.example`, type: 'work' },
        { value: `home${n % 600}@acme.example`, type: 'home' },
      ]
      return directory.createUser({ schemas: [core], userName: `u${n}`, active: true, emails }, cause)
    })
    await Promise.all(created)
    const expected: Readonly<Record<string, readonly [names: readonly string[], read: number]>> = {
      'emails.value eq "WORK7@acme.example"': [['u7'], 1],
      'emails eq "work7@acme.example"': [['u7'], 1],
      'emails[value eq "work7@acme.example"]': [['u7'], 1],
      'emails[type eq "work" and value eq "work7@acme.example"]': [['u7'], 1],
      'emails[type eq "work"].value eq "work7@acme.example"': [['u7'], 1],
      'emails[type eq "home"].value eq "work7@acme.example"': [[], 1],
      'emails[value eq "home7@acme.example"]': [['u7', 'u607'], 2],
      'emails[value eq "work7@acme.example" or value eq "home8@acme.example"]': [['u7', 'u8', 'u608'], 3],
      [`${core}:emails[type eq "work"].value eq "work7@acme.example"`]: [['u7'], 1],
      [`${core}:emails.value eq "work7@acme.example"`]: [['u7'], 1],
      'emails.value eq "home7@acme.example" and title eq null': [['u7', 'u607'], 2],
      'emails.value eq "work7@acme.example" or userName eq "U9"': [['u7', 'u9'], 2],
      'emails.value eq "nobody@acme.example"': [[], 0],
      'not (emails.value eq "work7@acme.example") and userName sw "u119"': [
        ['u119', ...Array.from({ length: 10 }, (_, n) => `u119${n}`)],
        11,
      ],
    }
    for (const [text, [names, read]] of Object.entries(expected)) {
      const filter = parseQueryFilter(text, userType)
      const found = await reading(store.db, db => listUsers(db, { filter, startIndex: 1, count: 500 }))
      t.equal(found.answer.total, names.length, text)
      t.equal(found.rows, read, `${text} reads ${found.rows}`)
      t.same((await namesOf(directory, filter)).toSorted(), [...names].sort(), text)
    }
  },

  async 'the index follows every change of the addresses, and costs nothing without one'(t, database) {
    const { store, directory, find } = await opened(await database.open())
    const attributes = { schemas: [core], userName: 'ada', active: true }
    const at = (...values: readonly string[]) => ({ emails: values.map(value => ({ value })) })
    const { id } = await directory.createUser({ ...attributes, ...at('A@x', 'a@X', 'b@x') }, cause)
    t.same(await indexed(store), [`a@x ${id}`, `b@x ${id}`])

    await store.write(tx => sql`delete from user_emails`.execute(tx))
    await directory.changeUser(id, () => ({ ...attributes, ...at('a@x', 'B@x'), active: false }), cause)
    t.same(await indexed(store), [], 'the same addresses, in another order and letter case, are not written')

    await directory.changeUser(id, () => ({ ...attributes, ...at('c@x') }), cause)
    t.same(await indexed(store), [`c@x ${id}`])
    t.same(await find('emails.value eq "C@X"'), ['ada'])
    await directory.changeUser(id, () => ({ ...attributes, ...at('c@x', 'd@x'), active: false }), cause)
    await directory.createUser({ ...attributes, ...at('e@x') }, cause)
    t.same(await indexed(store), [`e@x ${id}`], 'who comes back has the new addresses')
    await directory.changeUser(id, () => attributes, cause)
    t.same(await indexed(store), [])
    await directory.changeUser(id, () => ({ ...attributes, ...at('e@x', 'f@x') }), cause)
    await directory.deleteUser(id, cause)
    t.same(await indexed(store), [])
    t.same(await find('emails.value eq "e@x"'), [])
  },

  async 'whatever an address is, it is found where the filter holds for it'(t, database) {
    const { directory } = await opened(await database.open())
    const alphabet = fc.constantFrom(
      'İ',
      'ß',
      'ẞ',
      'Σ',
      'ς',
      'σ',
      'K',
      'k',
      'é',
      'e\u0301',
      'ǅ',
      '\0',
      '😀',
      'a',
      '"',
    )
    const text = fc.oneof(
      fc.array(alphabet, { maxLength: 4 }).map(parts => parts.join('')),
      fc.string({ unit: 'binary', maxLength: 5 }),
      fc.constantFrom('İ'.repeat(700), 'i\u0307'.repeat(700), 'x'.repeat(2001), 'X'.repeat(2001)),
    )
    let n = 0
    let met = 0
    const property = fc.asyncProperty(text, text, async (value, other) => {
      n += 1
      const attributes = { schemas: [core], userName: `u${n}`, active: true, emails: [{ value }] }
      const { id } = await directory.createUser(attributes, cause)
      for (const wanted of [value, value.toUpperCase(), value.toLowerCase(), value.normalize('NFD'), other]) {
        const filter: Filter = { op: 'eq', path: 'emails.value', value: wanted }
        const holds = evaluateFilter(filter, attributes, caseExactIn(userType))
        const page = await directory.listUsers({ filter, startIndex: 1, count: 500 })
        if (holds) met += 1
        if (page.items.some(item => item.id === id) !== holds)
          throw new Error(JSON.stringify({ value, wanted }))
      }
    })
    await fc.assert(property, { numRuns: 40 })
    t.ok(met > 50, 'filters that hold')
  },

  async 'users of a database of version 1 are found too'(t, database) {
    const before = await database.open()
    await before.write(tx => versionOne(tx, before.dialect))
    await before.close()
    const { store, directory, find } = await opened(await database.open())
    t.equal((await indexed(store)).length, 1200)
    t.same(await find('emails.value eq "ÖMA7@acme.example"'), ['u7'])
    t.same(await find('emails[type eq "work"].value eq "ÖMA1100@acme.example"'), ['u1100'])
    t.same(await find('emails.value eq "second@acme.example"'), ['u7'])
    t.same(await find(`emails.value eq "${'y'.repeat(3000)}"`), ['u8'], 'too long for the index')
    await directory.deleteUser('id7', cause)
    t.equal((await indexed(store)).length, 1198)
  },
})

async function opened(store: Store) {
  const directory = sqlDirectory({ store, clock: systemClock })
  return {
    store,
    directory,
    find: (text: string) => namesOf(directory, parseQueryFilter(text, userType)),
  }
}

async function namesOf(directory: Directory, filter: Filter): Promise<readonly string[]> {
  const { items } = await directory.listUsers({ filter, startIndex: 1, count: 500 })
  return items.map(({ resource }) => String((JSON.parse(resource) as JsonObject).userName))
}

/** How many rows of users the database handed out. */
async function reading<T>(
  db: Reader,
  ask: (db: Reader) => Promise<T>,
): Promise<{ readonly answer: T; readonly rows: number }> {
  let rows = 0
  const counting: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      rows += result.rows.filter(row => 'resource' in row).length
      return result
    },
  }
  return { answer: await ask(db.withPlugin(counting)), rows }
}

async function indexed({ db }: Store): Promise<readonly string[]> {
  const rows = await db.selectFrom('userEmails').selectAll().orderBy('valueKey').execute()
  return rows.map(({ valueKey, userId }) => `${valueKey} ${userId}`)
}

/** As the first release left it, with users of all kinds. */
async function versionOne(tx: Writer, dialect: Store['dialect']): Promise<void> {
  await dropAll(tx, dialect)
  await sql`create table migrations (number integer primary key, name text not null, at text not null)`.execute(
    tx,
  )
  await tables.up(tx.schema, dialect)
  await sql`insert into migrations values (1, 'tables', '')`.execute(tx)
  for (let n = 0; n < 1200; n += 1) {
    const resource = JSON.stringify({ schemas: [core], userName: `u${n}`, active: true, ...emailsOf(n) })
    await sql`
      insert into users
      (id, user_name, user_name_key, active, resource, version, created_at, modified_at)
      values (${`id${n}`}, ${`u${n}`}, ${`u${n}`}, 1, ${resource}, 1, '', '')`.execute(tx)
  }
}

function emailsOf(n: number) {
  const value = `ÖmA${n}@acme.example`
  if (n === 7) return { emails: [{ value, type: 'work' }, { value: 'Second@acme.example' }, { value }] }
  if (n === 8) return { emails: [{ value, type: 'work' }, { value: 'Y'.repeat(3000) }, { type: 'home' }] }
  return n === 9
    ? {}
    : { emails: [{ value, type: 'work' }, { value: 'nul\0' }].slice(0, n % 2 === 0 ? 1 : 2) }
}

async function dropAll(tx: Writer, dialect: Store['dialect']): Promise<void> {
  if (dialect === 'postgres') {
    await sql`drop schema public cascade`.execute(tx)
    await sql`create schema public`.execute(tx)
    return
  }
  const { rows } = await sql<{ name: string }>`
    select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`.execute(tx)
  for (const { name } of rows) await sql`drop table ${sql.ref(name)}`.execute(tx)
}
