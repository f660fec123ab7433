/** Values of the global conditions of time, as numbers that can be compared (Dynatrace: IAM global conditions). */

/** The number behind a value such as `2026-05-03Z` or `09:00+01:00`; undefined for other conditions or malformed values. */
export function timeValue(name: string, value: string): number | undefined {
  switch (name) {
    case 'global:date':
      return dateOnly.test(value) ? instant(`${value.slice(0, 10)}T00:00:00${value.slice(10)}`) : undefined
    case 'global:date-time':
      return dateTime.test(value) ? instant(value) : undefined
    case 'global:time-of-day':
      return timeOfDay.test(value) ? momentOfDay(value) : undefined
    default:
      return undefined
  }
}

/** Whether values of this condition are compared as times rather than as texts. */
export const isTimeCondition = (name: string): boolean =>
  name === 'global:date' || name === 'global:date-time' || name === 'global:time-of-day'

const dateOnly = /^\d{4}-\d\d-\d\d(Z|[+-]\d\d:\d\d)$/
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/
const timeOfDay = /^\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/

function instant(text: string): number | undefined {
  const time = Date.parse(text)
  return Number.isNaN(time) ? undefined : time
}

/** Milliseconds since midnight, GMT: an early hour of a zone in the east belongs to the evening before. */
function momentOfDay(value: string): number | undefined {
  const time = instant(`1970-01-01T${value}`)
  const day = 86_400_000
  return time === undefined ? undefined : ((time % day) + day) % day
}
