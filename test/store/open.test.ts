import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'tap'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { openStore } from '../../src/store/open.ts'
import { sqliteDatabase } from '../support/databases.ts'

const open = (dataDir: string, databaseUrl?: string) =>
  openStore({ dataDir, databaseUrl, clock: systemClock, log: silentLog })

test('the file is for this user alone', async t => {
  const database = await sqliteDatabase(t)
  await database.open()
  const { mode } = await stat(join(database.dataDir, 'bridge.db'))
  t.equal(mode & 0o077, 0)
})

test('a data folder that cannot be made is named, with the remedy', async t => {
  const home = t.testdir({ file: 'text' })
  for (const dataDir of [join(home, 'missing', 'data'), join(home, 'file', 'data')]) {
    await t.rejects(open(dataDir), {
      name: 'BridgeError',
      code: 'data-dir-unusable',
      message: new RegExp(`${dataDir}.*BRIDGE_DATA_DIR`),
    })
  }
})

test('a file that is not a database is named, with the remedy', async t => {
  const home = t.testdir()
  await writeFile(join(home, 'bridge.db'), 'This is the diary of nobody in particular. '.repeat(100))
  await t.rejects(open(home), {
    name: 'BridgeError',
    code: 'database-unusable',
    message: /bridge\.db is not a SQLite database\. Move that file away/,
  })
})

test('a folder in the place of the file is named', async t => {
  const home = t.testdir()
  await mkdir(join(home, 'bridge.db'))
  await t.rejects(open(home), { code: 'database-unusable', message: /bridge\.db cannot be opened/ })
})

test('a data folder that is a file is named', async t => {
  const home = t.testdir({ file: 'text' })
  await t.rejects(open(join(home, 'file')), { code: 'database-unusable', message: /file\/bridge\.db/ })
})

test('a PostgreSQL that does not answer is named by host and port, never with the password', async t => {
  const refused = open('', 'postgres://bridge:geheim@127.0.0.1:1/bridge')
  await t.rejects(refused, {
    name: 'BridgeError',
    code: 'database-unusable',
    message: /PostgreSQL at 127\.0\.0\.1:1\/bridge cannot be used.*ECONNREFUSED.*DATABASE_URL/,
  })
  await refused.catch(error => t.notMatch(error.message, /geheim/))
})

test('a malformed DATABASE_URL is refused without being shown', async t => {
  for (const url of ['postgres:/geheim@', 'mysql://u:geheim@host/x', 'geheim']) {
    const opened = open('', url)
    await t.rejects(opened, { code: 'database-unusable', message: /DATABASE_URL is not of the form/ })
    await opened.catch(error => t.notMatch(error.message, /geheim/))
  }
})

test('what was acknowledged survives SIGKILL', async t => {
  const { dataDir } = await sqliteDatabase(t)
  const source = (path: string) => new URL(`../../src/${path}`, import.meta.url).href
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { openStore } from ${JSON.stringify(source('store/open.ts'))}
       import { systemClock } from ${JSON.stringify(source('lib/clock.ts'))}
       import { silentLog } from ${JSON.stringify(source('lib/log.ts'))}
       const store = await openStore({ dataDir: ${JSON.stringify(dataDir)}, databaseUrl: undefined, clock: systemClock, log: silentLog })
       let next = 0
       for (let caller = 0; caller < 8; caller++) void (async () => {
         for (;;) {
           const emailKey = String(next++)
           await store.write(tx => tx.insertInto('departures').values({ emailKey, email: '', userName: '', at: '' }).execute())
           process.stdout.write(emailKey + '\\n')
         }
       })()`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const acknowledged: string[] = []
  for await (const line of createInterface(child.stdout)) {
    acknowledged.push(line)
    if (acknowledged.length === 200) child.kill('SIGKILL')
  }
  if (child.signalCode === null) await once(child, 'exit')

  const store = await open(dataDir)
  t.teardown(() => store.close())
  const rows = await store.db.selectFrom('departures').select('emailKey').execute()
  const stored = new Set(rows.map(({ emailKey }) => emailKey))
  t.ok(acknowledged.length >= 200)
  t.same(
    acknowledged.filter(key => !stored.has(key)),
    [],
  )
})

test('a closed database is one file, without a log beside it', async t => {
  const database = await sqliteDatabase(t)
  const store = await database.open()
  await store.close()
  t.same(await readdir(database.dataDir), ['bridge.db'])
})
