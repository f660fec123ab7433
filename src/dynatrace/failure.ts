/** Turns an exchange that did not end well into an `UpstreamError`, in Dynatrace's words and with a remedy. */
import { errorMessage, looksLikeHtml } from './error-message.ts'
import { type Caller, failureRemedy } from './failure-remedy.ts'
import type { Exchange } from './transport.ts'
import { UpstreamError, type UpstreamFailure } from './upstream-error.ts'

/** A route the server does not know answers 404 too, which must not pass for the absence of an object. */
const UNKNOWN_ROUTE = /^Cannot (GET|POST|PUT|PATCH|DELETE) \//

/** For an answer whose status is not 2xx, or no answer. Secrets must be masked in its text already. */
export function failed(operation: string, exchange: Exchange, caller?: Caller): UpstreamError {
  if (exchange.kind === 'lost') {
    const { reason, sent, status } = exchange
    // Of an answer that broke off the status is known, and only its content is missing.
    const failure = status !== undefined && status < 300 ? 'malformed' : 'unavailable'
    return new UpstreamError(
      failure,
      operation,
      say(operation, failure, `no complete answer: ${reason}`, caller),
      {
        status,
        sent,
      },
    )
  }
  const { status, text } = exchange
  const words = errorMessage(text)
  const failure = isAnswerOfSomebodyElse(status, text, words) ? 'malformed' : failureOf(status)
  const said = words === '' ? `Dynatrace answered ${status}` : `Dynatrace answered ${status}: ${words}`
  return new UpstreamError(failure, operation, say(operation, failure, said, caller), { status })
}

/** For a 2xx whose content is not what the API promises. */
export function malformed(operation: string, status: number | undefined, what: string): UpstreamError {
  return new UpstreamError('malformed', operation, say(operation, 'malformed', what, undefined), { status })
}

function isAnswerOfSomebodyElse(status: number, text: string, words: string): boolean {
  return status === 404 && (looksLikeHtml(text) || UNKNOWN_ROUTE.test(words))
}

function failureOf(status: number): UpstreamFailure {
  if (status < 400) return 'malformed'
  if (status >= 500 || status === 408) return 'unavailable'
  switch (status) {
    case 401:
      return 'unauthorized'
    case 403:
      return 'forbidden'
    case 404:
      return 'not-found'
    case 409:
      return 'conflict'
    case 429:
      return 'rate-limited'
    default:
      return 'rejected'
  }
}

function say(operation: string, failure: UpstreamFailure, what: string, caller: Caller | undefined): string {
  const sentence = `${operation} failed: ${what}${/[.!?…]$/.test(what) ? '' : '.'}`
  const remedy = failureRemedy(failure, caller)
  return remedy === undefined ? sentence : `${sentence} ${remedy}`
}
