/** A part of every week, such as `fri 16:00 - mon 06:00`, in UTC. */
import type { Path } from './locate.ts'
import { type Reading, readValue } from './reading.ts'
import { text } from './values.ts'

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const WEEKLY =
  /^(mon|tue|wed|thu|fri|sat|sun)\s+(\d\d):(\d\d)\s*-\s*(mon|tue|wed|thu|fri|sat|sun)\s+(\d\d):(\d\d)$/i

export const MINUTES_A_WEEK = 7 * 24 * 60

/** Minutes since Monday, 00:00 UTC. `until` before `from` goes over the end of the week. */
export interface Weekly {
  readonly from: number
  readonly until: number
}

const weekly = text.refine(value => parseWeekly(value) !== undefined, {
  error: 'is no part of a week',
  params: { remedy: 'write it like "fri 16:00 - mon 06:00", in UTC' },
})

export function readWeekly(value: unknown, path: Path, reading: Reading): Weekly | undefined {
  const given = readValue(weekly, value, path, reading)
  return given === undefined ? undefined : parseWeekly(given)
}

export function parseWeekly(value: string): Weekly | undefined {
  const [, fromDay, fromHour, fromMinute, untilDay, untilHour, untilMinute] = WEEKLY.exec(value.trim()) ?? []
  const from = minuteOf(fromDay, fromHour, fromMinute)
  const until = minuteOf(untilDay, untilHour, untilMinute)
  return from === undefined || until === undefined || from === until ? undefined : { from, until }
}

function minuteOf(day = '', hour = '', minute = ''): number | undefined {
  const at = DAYS.indexOf(day.toLowerCase())
  const [hours, minutes] = [Number(hour), Number(minute)]
  return at < 0 || hours > 23 || minutes > 59 ? undefined : (at * 24 + hours) * 60 + minutes
}
