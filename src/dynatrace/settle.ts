/** What became of a write whose answer was lost: find out by reading, instead of guessing or repeating it. */
import { UpstreamError, type UpstreamFailure } from './upstream-error.ts'

/** Failures after which nobody knows whether the write took effect. */
const UNKNOWN: readonly UpstreamFailure[] = ['unavailable', 'malformed']

/**
 * For the `catch` of a write. `tookEffect` reads, and gives the result of the write or undefined when
 * it did not happen. Throws the original error in that case, when reading fails as well, and for every
 * failure whose meaning is clear; `also` names failures that may mean "it is so already".
 */
export async function settle<T>(
  error: unknown,
  also: readonly UpstreamFailure[],
  tookEffect: () => Promise<T | undefined>,
): Promise<T> {
  if (!(error instanceof UpstreamError) || !error.sent) throw error
  if (![...UNKNOWN, ...also].includes(error.failure)) throw error
  const result = await tookEffect().catch(() => undefined)
  if (result === undefined) throw error
  return result
}
