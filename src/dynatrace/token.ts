/**
 * Access tokens (OAuth 2.0 client credentials, RFC 6749 §4.4): asked for when needed, shared by all callers. One for
 * the account and, when a call wants rights that a customer may not have granted, one for each set of them.
 */
import type { Clock } from '../lib/clock.ts'
import { TokenAnswer } from './api/token.ts'
import type { CallLog } from './call-log.ts'
import { decode } from './decode.ts'
import type { CallContext } from './dynatrace.ts'
import { jwtSubject } from './jwt-subject.ts'
import { mask } from './mask.ts'
import { type Persistence, persist } from './persist.ts'
import { GRANTS, type Grant } from './scopes.ts'
import { tokenRefused } from './token-refused.ts'
import type { Exchange, Transport } from './transport.ts'
import { UpstreamError } from './upstream-error.ts'

/** What a token is good for. */
export interface TokenUse {
  readonly grant: Grant
  /** Id of the environment it is for; undefined: the account. */
  readonly environment: string | undefined
}

/** The call that a token is wanted for. */
export interface TokenAsker {
  readonly context: CallContext
  /** Whether one more repetition may be made for it. */
  readonly mayRepeat: () => boolean
}

export interface Tokens {
  /** A token that is good for at least 30 s more. Throws `UpstreamError` of operation `oauth.token`. */
  take(use: TokenUse, asker: TokenAsker): Promise<string>
  /** Forgets a token that was refused, unless it has been replaced meanwhile. */
  drop(token: string): void
  /** Uid of the user that the account's token acts as; undefined before the first token, or when it does not say. */
  subject(): string | undefined
}

export interface TokenParts {
  readonly ssoUrl: string
  readonly accountId: string
  readonly clientId: string
  readonly clientSecret: string
  /** Scopes to ask for instead of those in `GRANTS`. */
  readonly scopes: Readonly<Partial<Record<Grant, readonly string[]>>>
  readonly transport: Transport
  readonly persistence: Persistence
  readonly calls: CallLog
  readonly clock: Clock
  readonly closing: AbortSignal
}

const OPERATION = 'oauth.token'
const PATH = '/sso/oauth2/token'

/** Milliseconds before its end at which a token is no longer used: it has to survive the call it goes with. */
const MARGIN = 30_000

/** A token of one use: the one in force, and the request for the next. */
interface Held {
  current: { readonly token: string; readonly until: number } | undefined
  renewal: Promise<string> | undefined
}

export function tokens(parts: TokenParts): Tokens {
  const { ssoUrl, accountId, clientId, clientSecret, transport, persistence } = parts
  const { calls, clock, closing } = parts
  const byUse = new Map<string, Held>()
  let subject: string | undefined

  return {
    async take(use, asker) {
      const held = heldFor(use)
      if (held.current !== undefined && clock.now().getTime() < held.current.until) return held.current.token
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
    const held = byUse.get(key) ?? { current: undefined, renewal: undefined }
    byUse.set(key, held)
    return held
  }

  async function renew(use: TokenUse, held: Held, { context, mayRepeat }: TokenAsker): Promise<string> {
    const asked = {
      scopes: parts.scopes[use.grant] ?? GRANTS[use.grant].scopes,
      resource:
        use.environment === undefined ? `urn:dtaccount:${accountId}` : `urn:dtenvironment:${use.environment}`,
    }
    const call = calls.open(
      { operation: OPERATION, method: 'POST', path: PATH, environment: use.environment },
      context,
    )
    let askedAt = clock.now()
    const send = async () => {
      askedAt = clock.now()
      const exchange = await transport.exchange({
        method: 'POST',
        base: ssoUrl,
        target: PATH,
        headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
        body: form(asked),
      })
      call.attempted(exchange, askedAt)
      return exchange
    }
    const exchange = await persist({ send, repeatable: true, mayRepeat, persistence, clock, closing })
    try {
      const answer = decode(OPERATION, accepted(exchange, use, asked), TokenAnswer)
      const token = answer.access_token
      held.current = { token, until: askedAt.getTime() + answer.expires_in * 1000 - MARGIN }
      if (use.environment === undefined) subject = jwtSubject(token) ?? subject
      call.ended(exchange.status, undefined)
      return token
    } catch (error) {
      call.ended(exchange.status, error)
      throw error instanceof UpstreamError ? withNothingSent(error) : error
    }
  }

  function form({ scopes, resource }: { readonly scopes: readonly string[]; readonly resource: string }) {
    return new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope: scopes.join(' '),
      resource,
    }).toString()
  }

  function accepted(
    exchange: Exchange,
    { grant }: TokenUse,
    asked: { readonly scopes: readonly string[]; readonly resource: string },
  ): Exchange & { readonly kind: 'answer' } {
    if (exchange.kind === 'answer' && exchange.status >= 200 && exchange.status < 300) return exchange
    const masked =
      exchange.kind === 'answer' ? { ...exchange, text: mask(exchange.text, [clientSecret]) } : exchange
    const { purpose } = GRANTS[grant]
    throw tokenRefused(OPERATION, masked, { ...asked, clientId, purpose, vital: grant === 'account' })
  }
}

/** Whatever the token was wanted for has not been sent. */
function withNothingSent({ failure, operation, message, status }: UpstreamError): UpstreamError {
  return new UpstreamError(failure, operation, message, { status, sent: false })
}
