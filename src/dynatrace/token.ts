/**
 * Access tokens (OAuth 2.0 client credentials, RFC 6749 §4.4): asked for when needed, shared by all callers. One for
 * the account and, when a call wants rights that a customer may not have granted, one for each set of them.
 */
import { jwtSubject } from './jwt-subject.ts'
import { requestToken, type TokenAsker, type TokenParts, type TokenUse } from './token-request.ts'
import { UpstreamError } from './upstream-error.ts'

export interface Tokens {
  /** A token that is good for at least 30 s more, or for half its life. Throws `UpstreamError` of operation `oauth.token`. */
  take(use: TokenUse, asker: TokenAsker): Promise<string>
  /** Forgets a token that was refused, unless it has been replaced meanwhile. */
  drop(token: string): void
  /** Uid of the user that the account's token acts as; undefined before the first token, or when it does not say. */
  subject(): string | undefined
}

/** Milliseconds before its end at which a token is no longer used: it has to survive the call it goes with. */
const MARGIN = 30_000

/** Milliseconds for which a refusal stands: thousands of calls of one pass ask for a token, and one question is enough. */
const REFUSED_MS = 5_000

/** A token of one use: the one in force, and the request for the next. */
interface Held {
  current: { readonly token: string; readonly until: number } | undefined
  renewal: Promise<string> | undefined
  /** Why there is none, which is the answer until an instant in epoch milliseconds. */
  refused: { readonly error: UpstreamError; readonly from: number; readonly until: number } | undefined
}

export function tokens(parts: TokenParts): Tokens {
  const { clock } = parts
  const byUse = new Map<string, Held>()
  let subject: string | undefined

  return {
    async take(use, asker) {
      const held = heldFor(use)
      const at = clock.now().getTime()
      if (held.current !== undefined && at < held.current.until) return held.current.token
      const { refused } = held
      if (refused !== undefined && refused.from <= at && at < refused.until) throw refused.error
      held.renewal ??= renew(use, held, asker).finally(() => {
        held.renewal = undefined
      })
      return await held.renewal
    },
    drop(token) {
      for (const held of byUse.values()) if (held.current?.token === token) held.current = undefined
    },
    subject: () => subject,
  }

  function heldFor({ grant, environment }: TokenUse): Held {
    const key = `${grant} ${environment ?? ''}`
    const held = byUse.get(key) ?? { current: undefined, renewal: undefined, refused: undefined }
    byUse.set(key, held)
    return held
  }

  async function renew(use: TokenUse, held: Held, asker: TokenAsker): Promise<string> {
    try {
      const { token, askedAt, life } = await requestToken(use, asker, parts)
      held.current = { token, until: askedAt + life - Math.min(MARGIN, life / 2) }
      held.refused = undefined
      if (use.environment === undefined) subject = jwtSubject(token) ?? subject
      return token
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      const told = withNothingSent(error)
      const from = clock.now().getTime()
      if (!told.retryable) held.refused = { error: told, from, until: from + REFUSED_MS }
      throw told
    }
  }
}

/** Whatever the token was wanted for has not been sent. */
function withNothingSent({ failure, operation, message, status }: UpstreamError): UpstreamError {
  return new UpstreamError(failure, operation, message, { status, sent: false })
}
