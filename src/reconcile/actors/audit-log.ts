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
  /** It did not work; nobody is asked again for half a minute, the next time for a minute, and so on. */
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
/** A log that hangs must not hold up every pass: at first, and doubled each time up to the time of a refusal. */
const FAILED_FOR_MS = 30_000
/** Failures in a row that a person should know of. */
const FAILURES_TOLD = 3
/** How long a look at everything answers questions about parts of it. */
const FRESH_MS = 10_000
/** Events that are kept for that. */
const MOST_KEPT = 1_000
const SCOPE = 'account-audit-logs-read'
const REFUSED = `The audit log cannot be read: the OAuth client needs the scope ${SCOPE}, and its subject user "View account".`

/** Kept in memory: a bridge that starts asks once more. */
export function auditLog(clock: Clock): AuditLog {
  let trouble: Trouble | undefined
  let seen: { readonly from: Date; readonly until: number; readonly reading: Read } | undefined
  const now = () => clock.now().getTime()

  async function ask(
    dynatrace: Pick<Dynatrace, 'audit'>,
    { most, ...query }: Question,
  ): Promise<AuditReading> {
    if (trouble !== undefined && now() < trouble.until) return trouble.reading
    try {
      const { events, complete } = await dynatrace.audit.query({ ...query, atMost: most })
      trouble = undefined
      return { kind: 'read', events: events.filter(wentWell), complete }
    } catch (error) {
      trouble = troubleOf(error, { before: trouble, now: now() })
      return trouble.reading
    }
  }

  return {
    isOpen: () => trouble === undefined || now() >= trouble.until,
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
    findings: () => (trouble === undefined ? [] : findingsOf(trouble)),
  }
}

interface Trouble {
  readonly reading: Exclude<AuditReading, Read>
  /** Epoch milliseconds. */
  readonly until: number
  /** In a row. */
  readonly times: number
  /** What went wrong, in the words of the last time. */
  readonly words: string
}

function troubleOf(
  error: unknown,
  { before, now }: { readonly before: Trouble | undefined; readonly now: number },
): Trouble {
  const words = messageOf(error)
  const times = (before?.times ?? 0) + 1
  if (isRefusal(error)) {
    return { reading: { kind: 'refused', why: REFUSED }, until: now + REFUSED_FOR_MS, times, words }
  }
  const pause = Math.min(REFUSED_FOR_MS, FAILED_FOR_MS * 2 ** (times - 1))
  const why = `The audit log could not be read: ${words}`
  return { reading: { kind: 'failed', why }, until: now + pause, times, words }
}

/** What was refused changed nothing. Most events say SUCCESS, older ones nothing. */
const wentWell = ({ outcome }: AuditEvent): boolean => !/fail|denied|error/i.test(outcome ?? '')

const isRefusal = (error: unknown): boolean =>
  error instanceof UpstreamError && (error.failure === 'forbidden' || error.failure === 'unauthorized')

function findingsOf({ reading, times, words }: Trouble): readonly Finding[] {
  if (reading.kind === 'failed' && times < FAILURES_TOLD) return []
  const message = `Who changes the account by hand is not known, and hand edits are found by full passes alone, because the audit log cannot be read: ${words}`
  const remedy =
    reading.kind === 'failed'
      ? 'It is asked again by itself; if this stays, ask the support of Dynatrace.'
      : `Give the OAuth client the scope ${SCOPE} and its subject user the role "View account"; to do without the audit log between full passes, write "schedule: { audit: off }" in bridge.yaml.`
  return [{ kind: 'audit-unreadable', severity: 'warning', subject: 'audit log', message, remedy }]
}
