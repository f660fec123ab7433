/** Who brought differences about, by the audit log of the account. One question for all of them, in most passes. */
import type { Dynatrace } from '../../dynatrace/dynatrace.ts'
import type { AuditEvent } from '../../dynatrace/types/audit.ts'
import type { Clock } from '../../lib/clock.ts'
import { breathe } from '../../lib/turns.ts'
import type { Reader } from '../../store/store.ts'
import type { DriftActor } from '../drift/drift.ts'
import { type AuditLog, type AuditReading, auditLog } from './audit-log.ts'
import { authorOf, authorText } from './author.ts'
import { bearing } from './bearing.ts'
import { filterFor } from './filter.ts'
import { type IsOurs, ownCalls, SKEW_MS } from './own-calls.ts'
import { type DriftSubject, type Names, nobody } from './subject.ts'

export type { DriftSubject, Names } from './subject.ts'

export interface ActorParts {
  readonly dynatrace: Pick<Dynatrace, 'audit' | 'clientId'>
  readonly store: { readonly db: Reader }
  readonly clock: Clock
  /** Remembers that we may not read it; without it every pass asks. */
  readonly auditLog?: AuditLog | undefined
  readonly names: Names
}

/** How far back is looked at most, in milliseconds. */
const WINDOW_MS = 7 * 86_400_000
/** How late an event may appear, in milliseconds: no number is documented, minutes are usual. */
export const LAG_MS = 10 * 60_000
/** Events read at most, from the newest: five calls. */
const MOST = 5_000
/** Differences between two turns for whoever waits. */
const TURN = 200

/**
 * An actor for every subject, by its key. Costs nothing without subjects; otherwise one call for each 1,000 events since
 * the oldest of `lastInStepAt`, of seven days at most, and never more than five. Never throws for what Dynatrace answers:
 * who cannot be told is `unknown`, with the reason.
 */
export async function attribute(
  subjects: readonly DriftSubject[],
  { dynatrace, store, clock, auditLog: log = auditLog(clock), names }: ActorParts,
): Promise<ReadonlyMap<string, DriftActor>> {
  if (subjects.length === 0) return new Map()
  const now = clock.now()
  const reading = await log.read(dynatrace, {
    filter: filterFor(
      subjects.map(({ action }) => action),
      names,
    ),
    from: new Date(Math.min(...subjects.map(subject => startOf(subject, now)))),
    most: MOST,
  })
  if (reading.kind !== 'read') {
    return new Map(subjects.map(({ key }) => [key, { kind: 'unknown', why: reading.why }]))
  }
  const isOurs = await ownCalls(reading.events, { db: store.db, clientId: dynatrace.clientId })
  const known = { reading, isOurs, clientId: dynatrace.clientId, names, now }
  const actors = new Map<string, DriftActor>()
  for (const [index, subject] of subjects.entries()) {
    if (index % TURN === TURN - 1) await breathe()
    actors.set(subject.key, actorOf(subject, known))
  }
  return actors
}

interface Known {
  readonly reading: Extract<AuditReading, { kind: 'read' }>
  readonly isOurs: IsOurs
  readonly clientId: string
  readonly names: Names
  readonly now: Date
}

/**
 * The newest event that left the thing as it is. An event that does not say what it changed in a group is nobody's
 * membership or right; one that changed the very policy, boundary or name is, as long as only one author did that.
 */
function actorOf(subject: DriftSubject, known: Known): DriftActor {
  const from = startOf(subject, known.now)
  const vague: { readonly event: AuditEvent; readonly isOfThing: boolean }[] = []
  for (const event of known.reading.events) {
    if (Date.parse(event.at) < from) break
    const found = bearing(event, subject.action, known.names)
    if (found === 'undone') return notFound(subject, known)
    if (found === 'brought-about') return actorBehind(event, known)
    if (found !== undefined && !known.isOurs(event)) vague.push({ event, isOfThing: found === 'changed' })
  }
  const [newest] = vague
  if (newest === undefined) return notFound(subject, known)
  const authors = new Set(vague.map(({ event }) => whoText(event, known)))
  if (authors.size === 1 && vague.every(({ isOfThing }) => isOfThing)) return actorBehind(newest.event, known)
  if (isYoung(subject, known.now)) return { kind: 'not-yet-known' }
  const changed = newest.isOfThing ? 'it' : 'something of this kind in the group'
  const what = newest.isOfThing ? 'in what' : 'what'
  return {
    kind: 'unknown',
    why: `The audit log says that ${[...authors].join(' and ')} changed ${changed}, last at ${newest.event.at}, and does not say ${what}.`,
  }
}

function actorBehind(event: AuditEvent, { isOurs, clientId }: Known): DriftActor {
  if (event.clientId !== clientId) return authorOf(event)
  return isOurs(event) ? nobody : { kind: 'own-client', at: event.at, event: event.id }
}

const whoText = (event: AuditEvent, { clientId }: Known): string =>
  event.clientId === clientId ? 'another process with our OAuth client' : authorText(authorOf(event))

function notFound(subject: DriftSubject, { reading, now }: Known): DriftActor {
  if (isYoung(subject, now)) return { kind: 'not-yet-known' }
  return {
    kind: 'unknown',
    why: reading.complete
      ? 'The audit log has no entry of this change.'
      : `The newest ${reading.events.length} entries of the audit log do not have this change, and older ones were not read.`,
  }
}

const isYoung = ({ since }: DriftSubject, now: Date): boolean => now.getTime() - Date.parse(since) < LAG_MS

/** Epoch milliseconds. What was done before it was last as it should be is not the cause. */
function startOf({ lastInStepAt }: DriftSubject, now: Date): number {
  const oldest = now.getTime() - WINDOW_MS
  return lastInStepAt === undefined ? oldest : Math.max(oldest, Date.parse(lastInStepAt) - SKEW_MS)
}
