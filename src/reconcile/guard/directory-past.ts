/** How many people the identity provider took out lately. */
import type { Reader } from '../../store/store.ts'
import type { DirectoryPast } from './directory-shrink.ts'

const DAY_MS = 86_400_000

/** Three counts over the directory; asked for only when somebody is to lose access. */
export async function directoryPast(db: Reader, now: Date): Promise<DirectoryPast> {
  const since = new Date(now.getTime() - DAY_MS).toISOString()
  const active = await db
    .selectFrom('users')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('active', '=', 1)
    .executeTakeFirstOrThrow()
  const inactive = await db
    .selectFrom('users')
    .select(({ fn }) => [fn.countAll().as('count'), fn.min('inactiveSince').as('first')])
    .where('active', '=', 0)
    .where('inactiveSince', '>=', since)
    .executeTakeFirstOrThrow()
  const deleted = await db
    .selectFrom('departures')
    .select(({ fn }) => [fn.countAll().as('count'), fn.min('at').as('first')])
    .where('successorKey', 'is', null)
    .where('at', '>=', since)
    .executeTakeFirstOrThrow()
  const [first] = [inactive.first, deleted.first].filter(at => at !== null).sort()
  return {
    active: Number(active.count),
    gone: Number(inactive.count) + Number(deleted.count),
    since: first ?? undefined,
  }
}
