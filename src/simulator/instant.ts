/** Times as the APIs take them: ISO 8601, milliseconds since 1970, or relative to now. */

/** Relative times of the account's audit API, e.g. `now()-2d`. */
export const accountTime = /^now\(\)(?:-(?<count>\d+)(?<unit>[smhdw]))?$/

/** Relative times of environment API v2, e.g. `now-2w`. */
export const environmentTime = /^now(?:-(?<count>\d+)(?<unit>[smhdwMy]))?$/

const unitLengths: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  M: 30 * 86_400_000,
  y: 365 * 86_400_000,
}

/** The time a text names, undefined when it names none. `relative` is the pattern of the API that was called. */
export function instant(text: string, now: Date, relative: RegExp): Date | undefined {
  const trimmed = text.trim()
  const match = relative.exec(trimmed)
  const { count = '0', unit = 's' } = match?.groups ?? {}
  const millis =
    match !== null
      ? now.getTime() - Number(count) * (unitLengths[unit] ?? 0)
      : /^\d+$/.test(trimmed)
        ? Number(trimmed)
        : isoTime(trimmed)
  const date = new Date(millis)
  return Number.isNaN(date.getTime()) ? undefined : date
}

/** Date.parse takes far more than ISO 8601: years of four digits and a date come first. */
const isoTime = (text: string): number => (/^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN)
