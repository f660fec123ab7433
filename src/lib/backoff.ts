/**
 * Milliseconds to wait before try `attempt` (1 is the first repetition): doubling from `base` to at
 * most `cap`, the upper half of it random so that callers who failed together do not return together.
 */
export function backoff(
  attempt: number,
  base: number,
  cap: number,
  random: () => number = Math.random,
): number {
  const full = Math.min(cap, base * 2 ** (attempt - 1))
  return full / 2 + (full / 2) * random()
}
