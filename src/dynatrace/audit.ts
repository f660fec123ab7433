/**
 * The audit log of the account, newest first. There is no cursor: the next page is asked for by an end of the time
 * window at the oldest event seen, and what comes twice is told by its id.
 */
import type { Clock } from '../lib/clock.ts'
import { BridgeError } from '../lib/errors.ts'
import { AUDIT_FIELDS, AuditPage } from './api/audit.ts'
import type { Dynatrace } from './dynatrace.ts'
import { malformed } from './failure.ts'
import { path } from './path.ts'
import type { Requests } from './request.ts'
import type { AuditEvent } from './types/audit.ts'

const OPERATION = 'audit.query'

/** The most that the vendor's own page asks for at a time. */
const PAGE_SIZE = 1_000
/** Characters, a documented limit. */
const LONGEST_FILTER = 256

export function audit(requests: Requests, account: string, clock: Clock): Dynatrace['audit'] {
  const readPage = (filter: string, from: Date, to: Date) =>
    requests.ask(
      {
        grant: 'audit',
        operation: OPERATION,
        method: 'GET',
        path: path`/audit/v1/accounts/${account}`,
        query: [
          ['startTime', from.toISOString()],
          ['endTime', to.toISOString()],
          ['addFields', AUDIT_FIELDS.join(',')],
          ['filter', filter],
          ['limit', String(PAGE_SIZE)],
          // Details can be long; by default an answer ends after two.
          ['resultSizeLimitMegabyte', '15'],
        ],
      },
      AuditPage,
    )

  return {
    query: async ({ filter, from, to = clock.now(), atMost = Number.POSITIVE_INFINITY }) => {
      checkFilter(filter)
      const found = new Map<string, AuditEvent>()
      let end = to
      for (;;) {
        const { events, warnings } = await readPage(filter, from, end)
        const before = found.size
        for (const event of events) found.set(event.id, event)
        const isCut = events.length >= PAGE_SIZE || warnings.some(isAboutSize)
        if (found.size >= atMost) {
          const complete = !isCut && warnings.length === 0 && found.size <= atMost
          return { events: newestFirst(found).slice(0, atMost), complete, warnings }
        }
        if (!isCut || events.length === 0) {
          return { events: newestFirst(found), complete: warnings.length === 0, warnings }
        }
        if (found.size === before) {
          throw malformed(OPERATION, 200, 'more events have the same instant than one answer can hold')
        }
        end = endBefore(events)
      }
    },
  }
}

/**
 * A literal of the filter language. Throws where it would need a quote inside: how one is escaped is not documented.
 */
export function auditText(value: string): string {
  if (!/['\\]/.test(value)) return `'${value}'`
  throw new BridgeError(
    'dynatrace-bad-filter',
    `The audit log cannot be searched for "${value}": look for an id instead.`,
  )
}

function checkFilter(filter: string): void {
  if (filter.length <= LONGEST_FILTER) return
  throw new BridgeError(
    'dynatrace-bad-filter',
    `The audit filter has ${filter.length} characters, and Dynatrace takes ${LONGEST_FILTER}: ask for fewer objects at a time.`,
  )
}

/** The answer ends before the events do, and a narrower window has the rest. */
const isAboutSize = (warning: string): boolean => /result has been limited/i.test(warning)

/** A millisecond later than the oldest, which is right whether or not the end itself belongs to the window. */
function endBefore(events: readonly AuditEvent[]): Date {
  const instants = events.map(({ at }) => Date.parse(at))
  const [first = 0] = instants
  const oldest = Math.min(...instants)
  if (instants.at(-1) === oldest && first === Math.max(...instants)) return new Date(oldest + 1)
  throw malformed(
    OPERATION,
    200,
    'the answer was cut, and its events are not ordered from the newest to the oldest',
  )
}

function newestFirst(found: ReadonlyMap<string, AuditEvent>): readonly AuditEvent[] {
  return [...found.values()].sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
}
