/** When passes had better wait: while calls to the account pause, each would fail at once and have nothing new to say. */
import type { DynatraceStatus } from '../dynatrace/dynatrace.ts'

/** How soon it is looked again whether somebody else's try got through, in milliseconds. */
const LOOK_AGAIN_MS = 500

/** Epoch milliseconds of the next try, perhaps past: then this very pass is it. Undefined while calls are made. */
export function pausedUntil(
  { circuit, opensUntil }: Pick<DynatraceStatus, 'circuit' | 'opensUntil'>,
  now: number,
): number | undefined {
  if (circuit === 'closed') return undefined
  return circuit === 'half-open' || opensUntil === undefined ? now + LOOK_AGAIN_MS : Date.parse(opensUntil)
}
