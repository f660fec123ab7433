/** One request for a token, to see what comes of it. The token that comes is used for reading only. */
import { z } from 'zod'
import type { Clock } from '../../lib/clock.ts'
import { errorMessage } from '../error-message.ts'
import { jwtSubject } from '../jwt-subject.ts'
import { mask } from '../mask.ts'
import { persist } from '../persist.ts'
import type { Transport } from '../transport.ts'
import { type Unreachable, unreachable } from './unreachable.ts'

export type TokenOutcome =
  | {
      readonly kind: 'granted'
      readonly token: string
      /** Uid of the user it acts as; undefined when it does not say. */
      readonly subject: string | undefined
      /** What it is for, as the answer says, e.g. `urn:dtaccount:…`. */
      readonly resource: string | undefined
      /** Milliseconds that the server's clock is ahead of ours, to about a second; undefined when it does not tell. */
      readonly aheadMs: number | undefined
    }
  | { readonly kind: 'refused'; readonly status: number; readonly words: string }
  | ({ readonly kind: 'unreachable' } & Unreachable)

/** Without `scopes` or `resource`, for whatever the client has. */
export interface Wanted {
  readonly scopes?: readonly string[]
  readonly resource?: string
}

export type AskToken = (wanted: Wanted) => Promise<TokenOutcome>

const granted = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  resource: z.string().optional().catch(undefined),
})

const PERSISTENCE = { retries: 2, pause: 500, longestPause: 5_000 }

export function askToken(parts: {
  readonly transport: Transport
  readonly ssoUrl: string
  readonly clientId: string
  readonly clientSecret: string
  readonly clock: Clock
}): AskToken {
  const { transport, ssoUrl, clientId, clientSecret, clock } = parts
  return async ({ scopes, resource }) => {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      ...(scopes === undefined ? {} : { scope: scopes.join(' ') }),
      ...(resource === undefined ? {} : { resource }),
    })
    let askedAt = clock.now().getTime()
    const exchange = await persist({
      send: () => {
        askedAt = clock.now().getTime()
        return transport.exchange({
          method: 'POST',
          base: ssoUrl,
          target: '/sso/oauth2/token',
          headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
          body: form.toString(),
        })
      },
      repeatable: true,
      mayRepeat: () => true,
      persistence: PERSISTENCE,
      clock,
      closing: new AbortController().signal,
    })
    const place = { url: ssoUrl, setting: 'DT_SSO_URL' } as const
    const nobody = unreachable(exchange, place)
    if (nobody !== undefined) return { kind: 'unreachable', ...nobody }
    if (exchange.kind === 'lost') throw new TypeError('A lost exchange has a reason')
    const { status, text, headers } = exchange
    if (status >= 300) return { kind: 'refused', status, words: mask(errorMessage(text), [clientSecret]) }
    const parsed = granted.safeParse(json(text))
    if (!parsed.success) {
      return {
        kind: 'unreachable',
        says: `${ssoUrl} answers ${status} without a token: that is not the token service of Dynatrace.`,
        remedy: 'Correct DT_SSO_URL, or take the proxy away that answers in its place.',
      }
    }
    const token = parsed.data.access_token
    return {
      kind: 'granted',
      token,
      subject: jwtSubject(token),
      resource: parsed.data.resource,
      aheadMs: aheadOf((askedAt + clock.now().getTime()) / 2, headers.date),
    }
  }
}

/** A Date header (RFC 9110 §6.6.1) has whole seconds, so that half of one is added. */
function aheadOf(here: number, date: string | string[] | undefined): number | undefined {
  const there = typeof date === 'string' ? Date.parse(date) : Number.NaN
  return Number.isNaN(there) ? undefined : Math.round(there + 500 - here)
}

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
