/** Makes a directory of any size in a SQLite file within seconds: rows as SCIM would have stored them. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { dynatraceEmail } from '../../src/directory/dynatrace-email.ts'
import { groupColumns } from '../../src/directory/group-rows.ts'
import { userColumns } from '../../src/directory/user-row.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { foldKey } from '../../src/lib/fold.ts'
import { silentLog } from '../../src/lib/log.ts'
import { openStore } from '../../src/store/open.ts'

export interface Size {
  readonly users: number
  /** How many members each group has. */
  readonly groups: readonly number[]
}

export const userId = (at: number): string => uuid(`user ${at}`)
export const groupId = (at: number): string => uuid(`group ${at}`)
/** Of the group in the account that the IdP group becomes. */
export const accountGroupId = (at: number): string => uuid(`account group ${at}`)
export const userName = (at: number): string => `bench-${at}@acme.example`
export const groupName = (at: number): string => `bench-${at}`

/** Members of a group are neighbours, and start where those of the group before ended. */
export function* memberships({ users, groups }: Size): Generator<readonly [group: number, user: number]> {
  let next = 0
  for (const [group, count] of groups.entries()) {
    for (let nth = 0; nth < count; nth += 1) yield [group, (next + nth) % users]
    next = (next + count) % users
  }
}

/** A database in which another instance holds the lease, so that no pass disturbs before `releaseLease`. */
export async function makeDirectory(dataDir: string, size: Size): Promise<void> {
  const store = await openStore({ dataDir, databaseUrl: undefined, log: silentLog, clock: systemClock })
  await store.close()
  const db = new DatabaseSync(join(dataDir, 'bridge.db'))
  db.exec('pragma synchronous = off; pragma cache_size = -400000; begin')
  const at = '2026-01-01T00:00:00.000Z'
  const user = inserter(
    db,
    'users',
    'id user_name user_name_key email email_key active resource version created_at modified_at',
  )
  for (let n = 0; n < size.users; n += 1) {
    const columns = userColumns(userAttributes(n), dynatraceEmail)
    const { userName: name, userNameKey, email, emailKey, active, resource } = columns
    user(userId(n), name, userNameKey, email, emailKey, active, resource, 1, at, at)
  }
  const group = inserter(
    db,
    'groups',
    'id display_name display_name_key external_id resource version created_at modified_at',
  )
  const { value: instance } = db.prepare(`select value from settings where name = 'installation'`).get() as {
    value: string
  } // made with the tables
  const owned = inserter(
    db,
    'ownership',
    'id kind dynatrace_id name name_key state sources run_id at instance',
  )
  for (const n of size.groups.keys()) {
    const { displayName, displayNameKey, externalId, resource } = groupColumns({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: groupName(n),
    })
    group(groupId(n), displayName, displayNameKey, externalId, resource, 1, at, at)
    const name = groupName(n)
    const sources = JSON.stringify([groupId(n)])
    owned(
      uuid(`row ${n}`),
      'group',
      accountGroupId(n),
      name,
      foldKey(name),
      'owned',
      sources,
      'bench',
      at,
      instance,
    )
  }
  const member = inserter(db, 'members', 'group_id member_id kind')
  for (const [inGroup, of] of memberships(size)) member(groupId(inGroup), userId(of), 'User')
  inserter(db, 'leases', 'name holder fence expires_at')('reconciler', 'bench', 1, '2099-01-01T00:00:00.000Z')
  db.exec('commit; pragma wal_checkpoint(truncate); analyze')
  db.close()
}

/** Lets the bridge reconcile. */
export function releaseLease(dataDir: string): void {
  const db = new DatabaseSync(join(dataDir, 'bridge.db'), { timeout: 5_000 })
  db.exec(`update leases set expires_at = '2020-01-01T00:00:00.000Z'`)
  db.close()
}

const userAttributes = (n: number) => ({
  schemas: [
    'urn:ietf:params:scim:schemas:core:2.0:User',
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  ],
  userName: userName(n),
  name: { givenName: `Given${n}`, familyName: `Family${n}` },
  displayName: `Given${n} Family${n}`,
  active: true,
  emails: [{ value: userName(n), type: 'work', primary: true }],
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': {
    department: `Department ${n % 40}`,
    employeeNumber: String(n),
  },
})

function inserter(db: DatabaseSync, table: string, columns: string) {
  const names = columns.split(' ')
  const statement = db.prepare(
    `insert into "${table}" (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`,
  )
  return (...values: (string | number | null)[]) => void statement.run(...values)
}

function uuid(of: string): string {
  const hex = createHash('md5').update(of).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}
