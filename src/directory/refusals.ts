/**
 * Refusals that operators should see: counted in memory, written behind the answer.
 *
 *   first of a subject ──► written at once
 *   again within a minute ──► counted, written when the minute is over, or when somebody reads
 */
import type { Clock } from '../lib/clock.ts'
import { messageOf } from '../lib/errors.ts'
import type { Log } from '../lib/log.ts'
import type { RefusalKind } from '../scim/error.ts'
import type { Store } from '../store/store.ts'
import { isKeyText } from './key-text.ts'
import { type CountedRefusal, SUBJECTS_KEPT, storeRefusal } from './refusal-rows.ts'

export interface SeenRefusal {
  readonly kind: RefusalKind
  readonly subject: string
  /** What the identity provider was told; nothing secret. */
  readonly detail: string
  readonly requestId: string
}

export interface RefusalBook {
  /** Returns at once and never throws; what cannot be written is logged. */
  record(refusal: SeenRefusal): void
  /** Resolves when everything recorded so far is written, or could not be. Never rejects. */
  flush(): Promise<void>
}

interface RefusalParts {
  readonly store: Pick<Store, 'write'>
  readonly clock: Clock
  readonly log: Log
}

/** How long what is refused again is only counted, in milliseconds. */
const COALESCED_MS = 60_000
const LONGEST_DETAIL = 500

interface Entry {
  writtenAt: number
  /** Undefined when nothing waits to be written. */
  waiting: CountedRefusal | undefined
}

/** A book without a life of its own: flush it before the store is closed. */
export function refusalBook({ store, clock, log }: RefusalParts): RefusalBook {
  const entries = new Map<string, Entry>()
  let writing: Promise<void> = Promise.resolve()
  let late: NodeJS.Timeout | undefined

  return { record, flush }

  function record(refusal: SeenRefusal): void {
    const { kind, subject } = refusal
    if (!isKeyText(subject)) return
    const now = clock.now()
    const key = `${kind} ${subject}`
    const entry = entries.get(key) ?? admit(key, now)
    if (entry === undefined) return
    entry.waiting = counted(entry.waiting, refusal, now)
    if (now.getTime() - entry.writtenAt >= COALESCED_MS) write(entry)
    else late ??= setTimeout(() => void flush(), COALESCED_MS).unref()
  }

  async function flush(): Promise<void> {
    clearTimeout(late)
    late = undefined
    for (const entry of entries.values()) if (entry.waiting !== undefined) write(entry)
    await writing
  }

  function write(entry: Entry): void {
    const now = clock.now()
    const { waiting } = entry
    entry.waiting = undefined
    entry.writtenAt = now.getTime()
    if (waiting === undefined) return
    const written = store
      .write(tx => storeRefusal(tx, waiting, now))
      .then(
        room => {
          if (!room)
            log.warn({ kind: waiting.kind }, 'too many subjects refused: not all are kept as findings')
        },
        error =>
          log.error({ kind: waiting.kind, cause: messageOf(error) }, 'a refusal could not be recorded'),
      )
    writing = Promise.all([writing, written]).then(() => undefined)
  }

  /** Undefined when so many subjects were refused within the last minute that one more is not looked at. */
  function admit(key: string, now: Date): Entry | undefined {
    if (entries.size >= 2 * SUBJECTS_KEPT) {
      for (const [name, { waiting, writtenAt }] of entries) {
        if (waiting === undefined && now.getTime() - writtenAt >= COALESCED_MS) entries.delete(name)
      }
      if (entries.size >= 2 * SUBJECTS_KEPT) return undefined
    }
    const entry: Entry = { writtenAt: Number.NEGATIVE_INFINITY, waiting: undefined }
    entries.set(key, entry)
    return entry
  }
}

function counted(before: CountedRefusal | undefined, refusal: SeenRefusal, now: Date): CountedRefusal {
  const { kind, subject, detail, requestId } = refusal
  const at = now.toISOString()
  return {
    kind,
    subject,
    detail: storable(detail),
    requestId,
    times: (before?.times ?? 0) + 1,
    firstAt: before?.firstAt ?? at,
    lastAt: at,
  }
}

/** A detail may quote what was sent, which no database need be able to hold. */
const storable = (detail: string): string =>
  detail.slice(0, LONGEST_DETAIL).toWellFormed().replaceAll('\0', '�')
