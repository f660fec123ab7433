/** What a look at one operation or assumption showed. */
import { messageOf } from '../../lib/errors.ts'
import { UpstreamError } from '../upstream-error.ts'

export type Sight =
  | { readonly kind: 'as-promised' }
  /** It answers otherwise than the contract says. */
  | { readonly kind: 'differs'; readonly how: string }
  /** 401 or 403. */
  | { readonly kind: 'refused'; readonly how: string }
  | { readonly kind: 'unseen'; readonly why: string }

export const asPromised: Sight = { kind: 'as-promised' }
export const differs = (how: string): Sight => ({ kind: 'differs', how })
export const notSeen = (why: string): Sight => ({ kind: 'unseen', why })

/** Looks, and tells a refusal from an answer that is not what is promised from no answer. */
export async function looked(look: () => Promise<Sight>): Promise<Sight> {
  try {
    return await look()
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    switch (error.failure) {
      case 'unauthorized':
      case 'forbidden':
        return { kind: 'refused', how: messageOf(error) }
      case 'unavailable':
      case 'rate-limited':
        return notSeen(messageOf(error))
      case 'malformed':
      case 'not-found':
      case 'conflict':
      case 'rejected':
        return differs(messageOf(error))
    }
  }
}
