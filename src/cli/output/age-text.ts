/** An age in words. Pure. */
import { plural } from './closing-text.ts'

/** The largest unit that is not zero: nobody asks for the seconds of a two-day-old answer. */
export function ageText(seconds: number): string {
  for (const [unit, size] of [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ] as const) {
    if (seconds >= size) return plural(Math.floor(seconds / size), unit)
  }
  return plural(Math.floor(seconds), 'second')
}
