/**
 * Between full passes the audit log tells what somebody else has changed, so that a pass need look at that alone.
 *
 * Cost: one call each time, and no more while nobody else changes what is ours. A hand edit is repaired at the latest one
 * interval after the log has it (nobody knows how late that is: minutes are usual), at the cost of
 *
 *   membership    2 calls and the write: the person is read, put right and read back
 *   group         4 + levels calls and the writes: list of groups, members, roles and, at each level and once more after
 *                 the write, bindings; 1 more for the limits when something is added
 *   definition    a full pass: what is bound to a policy or boundary has to be known before it is said anew
 */
import type { ReadSnapshot } from '../../directory/snapshot.ts'
import type { Dynatrace } from '../../dynatrace/dynatrace.ts'
import type { AuditEvent } from '../../dynatrace/types/audit.ts'
import type { Clock } from '../../lib/clock.ts'
import { messageOf } from '../../lib/errors.ts'
import type { Log } from '../../lib/log.ts'
import type { Reader } from '../../store/store.ts'
import { readOwnership } from '../ownership.ts'
import type { Scope } from '../scope.ts'
import { LAG_MS } from './attribute.ts'
import type { AuditLog } from './audit-log.ts'
import { ownCalls, SKEW_MS } from './own-calls.ts'
import { touched } from './touched.ts'

/** What the log tells. */
export type News =
  /** Look at these. */
  | { readonly kind: 'keys'; readonly scope: Extract<Scope, { kind: 'keys' }> }
  /** Look at everything. */
  | { readonly kind: 'everything' }

export interface AuditPoll {
  /** A full pass that began then has seen everything. ISO 8601. */
  lookedAt(startedAt: string): void
  /**
   * What somebody else changed of ours, once the log has told so; undefined otherwise. Asks it when it is time, and never
   * waits for the answer: a slow log holds up nothing. `everyMs`: how often it is asked; undefined: never. Nobody asks
   * before the first full pass.
   */
  news(everyMs: number | undefined, dynatrace: () => Pick<Dynatrace, 'audit' | 'clientId'>): News | undefined
  /** Resolves when no question is under way. */
  settled(): Promise<void>
}

export interface AuditPollParts {
  readonly store: { readonly db: Reader }
  readonly readSnapshot: ReadSnapshot
  readonly auditLog: AuditLog
  readonly clock: Clock
  readonly log: Log
}

/** Events read in one look: five calls. */
const MOST = 5_000
/** More keys than this and a full pass is cheaper. */
const MOST_KEYS = 1_000
/** How much later than a full pass began by our clock an event may be that it has seen. */
const CLOCKS_DIFFER_MS = 60_000

/** Kept in memory: a bridge that starts looks at everything anyway. */
export function auditPoll(parts: AuditPollParts): AuditPoll {
  const { clock, auditLog, store, log } = parts
  /** Ids of events that were told, with their instant; as long as they may come again. */
  const told = new Map<string, number>()
  let looked: number | undefined
  let askedAt: number | undefined
  let nextAt = 0
  let asking: Promise<void> | undefined
  let ready: { readonly news: News; readonly at: number } | undefined

  return {
    lookedAt(startedAt) {
      looked = Date.parse(startedAt)
      if (ready !== undefined && ready.at <= looked) ready = undefined
    },
    news(everyMs, dynatrace) {
      const now = clock.now().getTime()
      if (everyMs === undefined || looked === undefined) return undefined
      if (ready === undefined && asking === undefined && now >= nextAt && auditLog.isOpen()) {
        nextAt = now + everyMs
        asking = ask(looked, now, dynatrace()).finally(() => {
          asking = undefined
        })
      }
      const news = ready?.news
      ready = undefined
      return news
    },
    settled: async () => asking,
  }

  async function ask(
    since: number,
    now: number,
    dynatrace: Pick<Dynatrace, 'audit' | 'clientId'>,
  ): Promise<void> {
    try {
      // As far back as the pass that may follow asks who it was.
      const from = Math.max(since - SKEW_MS, (askedAt ?? since) - LAG_MS)
      const reading = await auditLog.look(dynatrace, { from: new Date(from), most: MOST })
      if (reading.kind !== 'read') return
      const unseen = since - CLOCKS_DIFFER_MS
      const fresh = reading.events.filter(({ id, at }) => !told.has(id) && Date.parse(at) >= unseen)
      const isOurs = await ownCalls(fresh, { db: store.db, clientId: dynatrace.clientId })
      const news = await newsOf(
        fresh.filter(event => !isOurs(event)),
        reading.complete,
      )
      remember(fresh, from)
      askedAt = now
      if (news !== undefined) ready = { news, at: now }
    } catch (error) {
      // The database may be away for a while; what was not remembered is told again.
      log.warn({ err: error }, `audit log: ${messageOf(error)}`)
    }
  }

  function remember(events: readonly AuditEvent[], from: number): void {
    for (const { id, at } of events) told.set(id, Date.parse(at))
    for (const [id, at] of told) if (at < from) told.delete(id)
  }

  async function newsOf(events: readonly AuditEvent[], complete: boolean): Promise<News | undefined> {
    if (events.length === 0) return complete ? undefined : { kind: 'everything' }
    const { members, users, groups, definitions } = touched(events, await readOwnership(store.db))
    const emails = new Set([...members, ...(await ofDirectory(users, parts))])
    if (!complete || definitions.size > 0 || emails.size + groups.size > MOST_KEYS)
      return { kind: 'everything' }
    return emails.size + groups.size === 0
      ? undefined
      : { kind: 'keys', scope: { kind: 'keys', emails, groups } }
  }
}

/** Those whom the identity provider provisioned: of others there is nothing to put right. */
async function ofDirectory(
  emails: ReadonlySet<string>,
  { readSnapshot }: Pick<AuditPollParts, 'readSnapshot'>,
): Promise<readonly string[]> {
  if (emails.size === 0) return []
  const { people, departures } = await readSnapshot({ kind: 'keys', emails, groupIds: new Set() })
  return [...emails].filter(email => people.has(email) || departures.has(email))
}
