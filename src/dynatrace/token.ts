/** The access token (OAuth 2.0 client credentials, RFC 6749 §4.4): asked for when needed, shared by all callers. */
import type { Clock } from '../lib/clock.ts'
import { TokenAnswer } from './api/token.ts'
import type { CallLog } from './call-log.ts'
import { decode } from './decode.ts'
import type { CallContext } from './dynatrace.ts'
import { errorMessage } from './error-message.ts'
import { failed } from './failure.ts'
import { mask } from './mask.ts'
import { type Persistence, persist } from './persist.ts'
import type { Exchange, Transport } from './transport.ts'
import { UpstreamError } from './upstream-error.ts'

export interface Tokens {
  /** A token that is good for at least 30 s more. Throws `UpstreamError` of operation `oauth.token`. */
  take(context: CallContext): Promise<string>
  /** Forgets a token that was refused, unless it has been replaced meanwhile. */
  drop(token: string): void
}

const OPERATION = 'oauth.token'
const PATH = '/sso/oauth2/token'

/** Milliseconds before its end at which a token is no longer used: it has to survive the call it goes with. */
const MARGIN = 30_000

export function tokens(options: {
  readonly ssoUrl: string
  readonly accountId: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scopes: readonly string[]
  readonly transport: Transport
  readonly persistence: Persistence
  readonly calls: CallLog
  readonly clock: Clock
  readonly closing: AbortSignal
}): Tokens {
  const { ssoUrl, accountId, clientId, clientSecret, scopes, transport, persistence, calls, clock, closing } =
    options
  let current: { readonly token: string; readonly until: number } | undefined
  let renewal: Promise<string> | undefined

  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: scopes.join(' '),
    resource: `urn:dtaccount:${accountId}`,
  }).toString()

  return {
    take: async context => {
      if (current !== undefined && clock.now().getTime() < current.until) return current.token
      renewal ??= renew(context).finally(() => {
        renewal = undefined
      })
      return await renewal
    },
    drop: token => {
      if (current?.token === token) current = undefined
    },
  }

  async function renew(context: CallContext): Promise<string> {
    const call = calls.open({ operation: OPERATION, method: 'POST', path: PATH }, context)
    let askedAt = clock.now()
    const send = async () => {
      askedAt = clock.now()
      const exchange = await transport.exchange({
        method: 'POST',
        base: ssoUrl,
        target: PATH,
        headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
        body: form,
      })
      call.attempted(exchange, askedAt)
      return exchange
    }
    const exchange = await persist({ send, repeatable: true, persistence, clock, closing })
    try {
      const answer = decode(OPERATION, accepted(exchange), TokenAnswer)
      current = { token: answer.access_token, until: askedAt.getTime() + answer.expires_in * 1000 - MARGIN }
      call.ended(exchange.status, undefined)
      return answer.access_token
    } catch (error) {
      call.ended(exchange.status, error)
      throw error instanceof UpstreamError ? withNothingSent(error) : error
    }
  }

  function accepted(exchange: Exchange): Exchange & { readonly kind: 'answer' } {
    if (exchange.kind === 'answer' && exchange.status >= 200 && exchange.status < 300) return exchange
    const unmasked = exchange.kind === 'answer' ? exchange.text : ''
    const text = mask(unmasked, [clientSecret])
    const error = failed(OPERATION, exchange.kind === 'answer' ? { ...exchange, text } : exchange)
    if (error.retryable) throw error
    throw new UpstreamError(
      'unauthorized',
      OPERATION,
      `Dynatrace gives no access token to the OAuth client ${clientId}: ${exchange.status} ${errorMessage(text)}. ` +
        `Check DT_CLIENT_ID, DT_CLIENT_SECRET, DT_ACCOUNT_UUID and that the client has the scopes ${scopes.join(', ')}.`,
      { status: exchange.status },
    )
  }
}

/** Whatever the token was wanted for has not been sent. */
function withNothingSent({ failure, operation, message, status }: UpstreamError): UpstreamError {
  return new UpstreamError(failure, operation, message, { status, sent: false })
}
