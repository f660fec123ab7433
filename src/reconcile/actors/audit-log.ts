/**
 * The audit log of the account as passes and the poll read it: never an error, and no question that was refused a
 * moment ago. Who may not read the log is told so with one finding.
 */
import type { Dynatrace } from '../../dynatrace/dynatrace.ts'
import type { AuditEvent, AuditQuery } from '../../dynatrace/types/audit.ts'
import { UpstreamError } from '../../dynatrace/upstream-error.ts'
import type { Clock } from '../../lib/clock.ts'
import { messageOf } from '../../lib/errors.ts'
import type { Finding } from '../../lib/finding.ts'
import { ANYTHING } from './filter.ts'

export type AuditReading =
  /** Newest first. */
  | { readonly kind: 'read'; readonly events: readonly AuditEvent[]; readonly complete: boolean }
  /** We may not; nobody is asked again for an hour. */
  | { readonly kind: 'refused'; readonly why: string }
  /** It did not work this time. */
  | { readonly kind: 'failed'; readonly why: string }

export interface AuditLog {
  /**
   * Of what ended well. May tell more than was asked for: a pass that a look at everything set off gets what that has
   * just read, and makes no call.
   */
  read(dynatrace: Pick<Dynatrace, 'audit'>, query: Question): Promise<AuditReading>
  /** Everything that we ever change, asked anew. */
  look(dynatrace: Pick<Dynatrace, 'audit'>, query: Omit<Question, 'filter'>): Promise<AuditReading>
  /** Whether a question would be asked at all. */
  isOpen(): boolean
  /** What a person should know of it. */
  findings(): readonly Finding[]
}

/** `most`: events, counted from the newest. */
export type Question = Omit<AuditQuery, 'atMost'> & { readonly most: number }

type Read = Extract<AuditReading, { kind: 'read' }>

const REFUSED_FOR_MS = 3_600_000
/** How long a look at everything answers questions about parts of it. */
const FRESH_MS = 10_000
/** Events that are kept for that. */
const MOST_KEPT = 1_000
const SCOPE = 'account-audit-logs-read'
const REFUSED = `The audit log cannot be read: the OAuth client needs the scope ${SCOPE}, and its subject user "View account".`

/** Kept in memory: a bridge that starts asks once more. */
export function auditLog(clock: Clock): AuditLog {
  let refusal: { readonly until: number; readonly words: string } | undefined
  let seen: { readonly from: Date; readonly until: number; readonly reading: Read } | undefined
  const now = () => clock.now().getTime()
  const isOpen = () => refusal === undefined || now() >= refusal.until

  async function ask(
    dynatrace: Pick<Dynatrace, 'audit'>,
    { most, ...query }: Question,
  ): Promise<AuditReading> {
    if (!isOpen()) return { kind: 'refused', why: REFUSED }
    try {
      const { events, complete } = await dynatrace.audit.query({ ...query, atMost: most })
      refusal = undefined
      return { kind: 'read', events: events.filter(wentWell), complete }
    } catch (error) {
      if (!isRefusal(error)) return { kind: 'failed', why: messageOf(error) }
      refusal = { until: now() + REFUSED_FOR_MS, words: messageOf(error) }
      return { kind: 'refused', why: REFUSED }
    }
  }

  return {
    isOpen,
    async read(dynatrace, query) {
      if (seen !== undefined && seen.from <= query.from && now() < seen.until) return seen.reading
      return ask(dynatrace, query)
    },
    async look(dynatrace, query) {
      const until = now() + FRESH_MS
      const reading = await ask(dynatrace, { ...query, filter: ANYTHING })
      const isKept = reading.kind === 'read' && reading.complete && reading.events.length <= MOST_KEPT
      seen = isKept ? { from: query.from, until, reading } : undefined
      return reading
    },
    findings: () => (refusal === undefined ? [] : [unreadable(refusal.words)]),
  }
}

/** What was refused changed nothing. Most events say SUCCESS, older ones nothing. */
const wentWell = ({ outcome }: AuditEvent): boolean => !/fail|denied|error/i.test(outcome ?? '')

const isRefusal = (error: unknown): boolean =>
  error instanceof UpstreamError && (error.failure === 'forbidden' || error.failure === 'unauthorized')

const unreadable = (words: string): Finding => ({
  kind: 'audit-unreadable',
  severity: 'warning',
  subject: 'audit log',
  message: `Who changes the account by hand is not known, and hand edits are found by full passes alone, because the audit log cannot be read: ${words}`,
  remedy: `Give the OAuth client the scope ${SCOPE} and its subject user the role "View account", or set "schedule: { audit: off }" in bridge.yaml to do without the poll.`,
})
