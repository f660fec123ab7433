/** What a look at one operation or assumption showed. */
import { BridgeError, messageOf } from '../../lib/errors.ts'
import { UpstreamError, type UpstreamFailure } from '../upstream-error.ts'
import { type Check, unseen, warning } from './check.ts'

export type Sight =
  | { readonly kind: 'as-promised' }
  /** It answers otherwise than the contract says. */
  | { readonly kind: 'differs'; readonly how: string }
  /** 401 or 403. */
  | { readonly kind: 'refused' }
  /** Something else is in the way. */
  | { readonly kind: 'unseen'; readonly why: string }
  /** Nobody answered, for now. */
  | { readonly kind: 'unanswered'; readonly why: string }

export const asPromised: Sight = { kind: 'as-promised' }
export const differs = (how: string): Sight => ({ kind: 'differs', how })
export const notSeen = (why: string): Sight => ({ kind: 'unseen', why })

/** Looks, and tells a refusal from an answer that is not what is promised from no answer. */
export async function looked(look: () => Promise<Sight>): Promise<Sight> {
  try {
    return await look()
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error
    // Such as an id that cannot be part of an address.
    if (!(error instanceof UpstreamError)) return differs(error.message)
    switch (error.failure) {
      case 'unauthorized':
      case 'forbidden':
        return { kind: 'refused' }
      case 'unavailable':
      case 'rate-limited':
        return { kind: 'unanswered', why: messageOf(error) }
      case 'malformed':
      case 'not-found':
      case 'conflict':
      case 'rejected':
        return differs(messageOf(error))
    }
  }
}

export const AGAIN = 'Let the doctor look again in a minute; if it persists, see status.dynatrace.com.'

/** `what` could not be read, for want of an answer, or of a scope or permission that is told of elsewhere. */
export function unread(id: string, what: string, error: unknown): Check {
  if (error instanceof UpstreamError && error.retryable) {
    return warning(id, `Could not be read: ${what}. ${messageOf(error)}`, AGAIN)
  }
  const denied = error instanceof UpstreamError && DENIED.has(error.failure)
  return unseen(id, what, denied ? 'it is refused, as told above' : messageOf(error))
}

const DENIED: ReadonlySet<UpstreamFailure> = new Set(['forbidden', 'unauthorized'])
