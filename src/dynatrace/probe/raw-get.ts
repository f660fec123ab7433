/** A call whose answer is wanted as it came: the client's own functions put in order what a probe wants to see. */
import type { Clock } from '../../lib/clock.ts'
import { failed, malformed } from '../failure.ts'
import { persist } from '../persist.ts'
import type { Transport } from '../transport.ts'
import { UpstreamError } from '../upstream-error.ts'
import type { AskToken } from './ask-token.ts'

/** The JSON of a GET at the account API, with a token for this one scope. Throws `UpstreamError`. */
export type RawGet = (
  path: string,
  scope: string,
  query: Readonly<Record<string, string>>,
) => Promise<unknown>

const OPERATION = 'doctor.look'

const PERSISTENCE = { retries: 2, pause: 500, longestPause: 5_000 }

export function rawGet(parts: {
  readonly ask: AskToken
  readonly transport: Transport
  readonly apiUrl: string
  readonly accountId: string
  readonly clock: Clock
}): RawGet {
  const { ask, transport, apiUrl, accountId, clock } = parts
  return async (path, scope, query) => {
    const granted = await ask({ scopes: [scope], resource: `urn:dtaccount:${accountId}` })
    if (granted.kind !== 'granted') {
      throw new UpstreamError('unavailable', OPERATION, `there is no token for ${scope} any more`)
    }
    const exchange = await persist({
      send: () =>
        transport.exchange({
          method: 'GET',
          base: apiUrl,
          target: `${path}?${new URLSearchParams(query)}`,
          headers: { accept: 'application/json', authorization: `Bearer ${granted.token}` },
          body: undefined,
        }),
      repeatable: true,
      mayRepeat: () => true,
      persistence: PERSISTENCE,
      clock,
      closing: new AbortController().signal,
    })
    if (exchange.kind === 'lost' || exchange.status >= 300) throw failed(OPERATION, exchange)
    try {
      return JSON.parse(exchange.text)
    } catch {
      throw malformed(OPERATION, exchange.status, 'the answer is not JSON')
    }
  }
}
