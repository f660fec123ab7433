/**
 * Which events of the audit log this bridge made itself: its client id tells, and its journal has the call. Another
 * process may use the same client, and what that did is not in our journal.
 */
import { z } from 'zod'
import type { AuditEvent } from '../../dynatrace/types/audit.ts'
import { foldKey } from '../../lib/fold.ts'
import { breathe } from '../../lib/turns.ts'
import { readJournal } from '../../store/journal.ts'
import type { Reader } from '../../store/store.ts'
import { CALL_KIND } from '../call-entry.ts'
import { saidIn, textsOf } from './details.ts'
import { type Span, unrecorded } from './unrecorded.ts'

export type IsOurs = (event: AuditEvent) => boolean

/** How far the clock of Dynatrace may be from ours, in milliseconds. */
export const SKEW_MS = 5 * 60_000

/** Lines read at a time, newest first. */
const CHUNK = 1_000

/** Operations that can have an effect, by what the log calls it. */
const CAUSES: Readonly<Record<string, readonly string[]>> = {
  'CREATE USER': ['users.invite'],
  'DELETE USER': ['users.remove'],
  'CREATE GROUP': ['groups.create'],
  'DELETE GROUP': ['groups.remove'],
  'UPDATE_MEMBERS GROUP': ['users.addToGroups', 'users.removeFromGroups', 'groups.remove', 'users.remove'],
  'UPDATE_ROLES GROUP': ['permissions.add', 'permissions.remove', 'groups.remove'],
  'UPDATE_POLICIES GROUP': ['bindings.add', 'bindings.change', 'bindings.remove', 'groups.remove'],
  // Newer events call every change of a group so.
  'UPDATE GROUP': [
    ...['groups.update', 'users.addToGroups', 'users.removeFromGroups', 'permissions.add'],
    ...['permissions.remove', 'bindings.add', 'bindings.change', 'bindings.remove', 'users.remove'],
  ],
  'CREATE POLICY': ['policies.put'],
  'UPDATE POLICY': ['policies.put'],
  'DELETE POLICY': ['policies.remove'],
  'CREATE BOUNDARY': ['boundaries.put'],
  'UPDATE BOUNDARY': ['boundaries.put'],
  'DELETE BOUNDARY': ['boundaries.remove'],
}

const callData = z.object({
  operation: z.string(),
  method: z.string(),
  path: z.string(),
  startedAt: z.string(),
  durationMs: z.number(),
})

interface OwnCall {
  readonly operation: string
  readonly path: string
  readonly from: number
  readonly to: number
}

/** Reads of the journal only what can have made events of our client among these; nothing when there are none. */
export async function ownCalls(
  events: readonly AuditEvent[],
  { db, clientId }: { readonly db: Reader; readonly clientId: string },
): Promise<IsOurs> {
  const ofClient = events.filter(event => event.clientId === clientId)
  if (ofClient.length === 0) return () => false
  const oldest = Math.min(...ofClient.map(({ at }) => Date.parse(at)))
  const calls = Map.groupBy(await callsSince(db, oldest - SKEW_MS), ({ operation }) => operation)
  const lost = await unrecorded(db, oldest - SKEW_MS)
  return event => {
    if (event.clientId !== clientId) return false
    if (lost.some(span => isWithin(span, event))) return true
    const causes = CAUSES[`${event.type} ${event.resource.toUpperCase()}`] ?? [...calls.keys()]
    return causes.some(operation => calls.get(operation)?.some(call => isBehind(call, event)) === true)
  }
}

/** Calls that may have written, sent since an instant in epoch milliseconds. */
async function callsSince(db: Reader, since: number): Promise<readonly OwnCall[]> {
  const calls: OwnCall[] = []
  for (let before = Number.MAX_SAFE_INTEGER; ; ) {
    const rows = await readJournal(db, { kind: CALL_KIND, before, limit: CHUNK })
    for (const { data } of rows) {
      const { success, data: call } = callData.safeParse(data)
      if (!success || call.method === 'GET') continue
      const from = Date.parse(call.startedAt)
      calls.push({ operation: call.operation, path: call.path, from, to: from + call.durationMs })
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < CHUNK || Date.parse(last.at) < since) return calls
    before = last.seq
    await breathe()
  }
}

/** At the time, about the thing where its path names one, and in the direction. */
function isBehind({ operation, path, from, to }: OwnCall, event: AuditEvent): boolean {
  if (!isWithin({ from, to }, event)) return false
  const isUser = event.resource.toUpperCase() === 'USER'
  const said = saidIn(event.details)
  const gained = said?.gained.flatMap(textsOf) ?? []
  const lost = said?.lost.flatMap(textsOf) ?? []
  if (operation === 'users.addToGroups') return said === undefined || names(path, gained)
  if (operation === 'users.removeFromGroups' || operation === 'users.remove') {
    return (said === undefined && !isUser) || names(path, isUser ? [event.resourceName, ...lost] : lost)
  }
  // Paths of what is created name nothing yet.
  if (operation === 'groups.create' || operation === 'users.invite') return true
  return event.resourceId === undefined || path.includes(event.resourceId)
}

function isWithin({ from, to }: Span, event: AuditEvent): boolean {
  const at = Date.parse(event.at)
  return at >= from - SKEW_MS && at <= to + SKEW_MS
}

/** Our paths name people by address; an event that knows them by uid alone says nothing against it. */
function names(path: string, texts: readonly string[]): boolean {
  const segments = foldKey(path).split('/')
  const addresses = texts.map(foldKey).filter(text => text.includes('@'))
  if (addresses.length === 0) return texts.length > 0
  return addresses.some(text => segments.includes(foldKey(encodeURIComponent(text))))
}
