/** What the account said of people when it was last looked at, for the Dynatrace extension of the SCIM user. */
import { sql } from 'kysely'
import { breathe } from '../lib/turns.ts'
import type { JsonObject } from '../scim/json.ts'
import { statement } from '../store/statement.ts'
import type { Reader } from '../store/store.ts'
import type { AccountUserRow } from '../store/tables.ts'
import { textList } from '../store/text-list.ts'
import { isKeyText } from './key-text.ts'

/** Rows in one query: a few milliseconds of the loop. */
const CHUNK = 200

/** One person in the account. What the account does not say, or nobody has asked yet, is undefined. */
export interface AccountFact {
  readonly emailKey: string
  readonly uid: string | undefined
  /** As Dynatrace says it: `ACTIVE`, `PENDING`, … */
  readonly status: string | undefined
  /** Instant of the last sign-in. */
  readonly lastSignIn: string | undefined
  /** Names of the environments in which the person has access through groups of ours, sorted. */
  readonly environments: readonly string[]
  /** When the person was last found, or brought, in step; moves at most once an hour while nothing changes. */
  readonly syncedAt: string | undefined
  /** Why the last attempt failed; undefined when it did not. */
  readonly error: string | undefined
}

/** By folded e-mail; people of whom nothing is known are not in it. */
export async function accountFacts(
  db: Reader,
  emailKeys: readonly string[],
): Promise<ReadonlyMap<string, AccountFact>> {
  const keys = emailKeys.filter(isKeyText)
  if (keys.length === 0) return new Map()
  const rows = await factsOf(db, { keys: JSON.stringify(keys) })
  return new Map(rows.map(row => [row.emailKey, toFact(row)]))
}

/** The value of the Dynatrace extension, for answers, filters and sorting alike. */
export const factsValue = (facts: AccountFact): JsonObject => ({
  ...(facts.uid === undefined ? {} : { uid: facts.uid }),
  ...(facts.status === undefined ? {} : { status: facts.status }),
  ...(facts.lastSignIn === undefined ? {} : { lastSignIn: facts.lastSignIn }),
  ...(facts.environments.length === 0 ? {} : { environments: facts.environments }),
  ...(facts.syncedAt === undefined ? {} : { lastSync: facts.syncedAt }),
  ...(facts.error === undefined ? {} : { lastSyncError: facts.error }),
})

/** All of them in pieces, for a pass that looks at everybody; what is written meanwhile does no harm. */
export async function* allAccountFacts(db: Reader): AsyncGenerator<readonly AccountFact[]> {
  for (let after = ''; ; ) {
    const rows = await db
      .selectFrom('accountUsers')
      .selectAll()
      .where('emailKey', '>', after)
      .orderBy('emailKey')
      .limit(CHUNK)
      .execute()
    yield rows.map(toFact)
    const last = rows.at(-1)
    if (last === undefined || rows.length < CHUNK) return
    after = last.emailKey
    await breathe()
  }
}

function toFact(row: AccountUserRow): AccountFact {
  return {
    emailKey: row.emailKey,
    uid: row.uid ?? undefined,
    status: row.status ?? undefined,
    lastSignIn: row.lastSignIn ?? undefined,
    environments: JSON.parse(row.environments) as string[], // our own text, written by the reconciler
    syncedAt: row.syncedAt ?? undefined,
    error: row.error ?? undefined,
  }
}

const factsOf = statement((db: Reader, { keys }: { keys: string }) =>
  db
    .selectFrom('accountUsers')
    .selectAll()
    .where('emailKey', 'in', sql<string>`${textList(db, keys)}`),
)
