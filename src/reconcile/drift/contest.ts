/**
 * Two that set one thing otherwise, again and again: after the second repair within a day the bridge waits before the next,
 * 5 minutes at first and twice as long each time, a day at most. What opens rights of administrators it repairs each time.
 */
import type { Drift } from './drift.ts'

/** What is remembered of repairs of one thing. Instants are ISO 8601. */
export interface Repairs {
  readonly times: number
  readonly lastAt: string
}

const DAY_MS = 86_400_000
const FIRST_REST_MS = 5 * 60_000
/** So many repairs are none but usual. */
const USUAL = 2

/** Undefined while nothing is contested. */
export function contestOf(
  repairs: Repairs | undefined,
  severity: Drift['severity'],
  now: Date,
): NonNullable<Drift['contest']> | undefined {
  if (repairs === undefined || repairs.times < USUAL || isForgotten(repairs, now)) return undefined
  const until = Date.parse(repairs.lastAt) + restMs(repairs.times)
  const rests = severity !== 'critical' && until > now.getTime()
  return {
    repairs: repairs.times,
    lastRepairAt: repairs.lastAt,
    restsUntil: rests ? new Date(until).toISOString() : undefined,
  }
}

/** After another repair at that time. */
export const repairedAgain = (before: Repairs | undefined, now: Date): Repairs => ({
  times: before === undefined || isForgotten(before, now) ? 1 : before.times + 1,
  lastAt: now.toISOString(),
})

/** Whether it has stayed in step for so long, beyond the time that the bridge itself waited, that it counts no more. */
export const isForgotten = ({ times, lastAt }: Repairs, now: Date): boolean =>
  now.getTime() - Date.parse(lastAt) > DAY_MS + restMs(times)

const restMs = (times: number): number =>
  times < USUAL ? 0 : Math.min(DAY_MS, FIRST_REST_MS * 2 ** Math.min(times - USUAL, 20))
