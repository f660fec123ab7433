/** Adds to a refusal what can be done about it, where Dynatrace's words alone do not say. */
import { UpstreamError } from './upstream-error.ts'

/** For the `catch` of a write: the same failure with `remedy` behind its message, when Dynatrace's words fit `when`. */
export function remedied(error: unknown, when: RegExp, remedy: string): unknown {
  if (!(error instanceof UpstreamError) || error.retryable || !when.test(error.message)) return error
  const { failure, operation, message, status, sent } = error
  return new UpstreamError(failure, operation, `${message} ${remedy}`, { status, sent, cause: error })
}
