/** One request for an access token at single sign-on, as often as it takes. */
import type { Clock } from '../lib/clock.ts'
import { TokenAnswer } from './api/token.ts'
import type { CallLog } from './call-log.ts'
import { decode } from './decode.ts'
import type { CallContext } from './dynatrace.ts'
import { mask } from './mask.ts'
import { type Persistence, persist } from './persist.ts'
import { GRANTS, type Grant } from './scopes.ts'
import { tokenRefused } from './token-refused.ts'
import type { Exchange, Transport } from './transport.ts'

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

/** A token, when it was asked for in epoch milliseconds, and for how many it lives from then on. */
export interface Granted {
  readonly token: string
  readonly askedAt: number
  readonly life: number
}

const OPERATION = 'oauth.token'
const PATH = '/sso/oauth2/token'

interface Asked {
  readonly scopes: readonly string[]
  readonly resource: string
}

/** @throws UpstreamError of operation `oauth.token`. */
export async function requestToken(
  { grant, environment }: TokenUse,
  { context, mayRepeat }: TokenAsker,
  parts: TokenParts,
): Promise<Granted> {
  const { ssoUrl, accountId, transport, persistence, calls, clock, closing } = parts
  const asked = {
    scopes: parts.scopes[grant] ?? GRANTS[grant].scopes,
    resource: environment === undefined ? `urn:dtaccount:${accountId}` : `urn:dtenvironment:${environment}`,
  }
  const call = calls.open({ operation: OPERATION, method: 'POST', path: PATH, environment }, context)
  let askedAt = clock.now()
  const send = async () => {
    askedAt = clock.now()
    const exchange = await transport.exchange({
      method: 'POST',
      base: ssoUrl,
      target: PATH,
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: form(asked, parts),
    })
    call.attempted(exchange, askedAt)
    return exchange
  }
  const exchange = await persist({ send, repeatable: true, mayRepeat, persistence, clock, closing })
  try {
    const answer = decode(OPERATION, accepted(exchange, grant, asked, parts), TokenAnswer)
    call.ended(exchange.status, undefined)
    return { token: answer.access_token, askedAt: askedAt.getTime(), life: answer.expires_in * 1000 }
  } catch (error) {
    call.ended(exchange.status, error)
    throw error
  }
}

function form({ scopes, resource }: Asked, { clientId, clientSecret }: TokenParts): string {
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
  grant: Grant,
  asked: Asked,
  { clientId, clientSecret }: TokenParts,
): Exchange & { readonly kind: 'answer' } {
  if (exchange.kind === 'answer' && exchange.status >= 200 && exchange.status < 300) return exchange
  const masked =
    exchange.kind === 'answer' ? { ...exchange, text: mask(exchange.text, [clientSecret]) } : exchange
  const { purpose } = GRANTS[grant]
  throw tokenRefused(OPERATION, masked, { ...asked, clientId, purpose, vital: grant === 'account' })
}
