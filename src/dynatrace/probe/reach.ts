/** Whether the account API is there at all, and knows the account: seen by the list of environments. */
import { EnvironmentList } from '../api/environment.ts'
import { errorMessage } from '../error-message.ts'
import { mask } from '../mask.ts'
import { path } from '../path.ts'
import type { Transport } from '../transport.ts'
import { type Check, fault, ok } from './check.ts'
import { unreachable } from './unreachable.ts'

export interface Reach {
  readonly check: Check
  /** Id of an environment that is active; undefined where none is to be seen. */
  readonly environment: string | undefined
}

/** What is refused for want of a scope is there all the same. */
export async function checkReach(parts: {
  readonly transport: Transport
  readonly apiUrl: string
  readonly accountId: string
  readonly token: string
}): Promise<Reach> {
  const { apiUrl, accountId, token } = parts
  const exchange = await parts.transport.exchange({
    method: 'GET',
    base: apiUrl,
    target: path`/env/v2/accounts/${accountId}/environments`,
    headers: { accept: 'application/json', authorization: `Bearer ${token}` },
    body: undefined,
  })
  const nobody = unreachable(exchange, { url: apiUrl, setting: 'DT_API_URL' })
  if (nobody !== undefined) return bad('api', nobody.says, nobody.remedy)
  if (exchange.kind === 'lost') throw new TypeError('A lost exchange has a reason')
  const words = mask(errorMessage(exchange.text), [token])
  if (exchange.status === 401) {
    return bad(
      'api',
      `${apiUrl} does not accept the token that it was given for (401 ${words}).`,
      'DT_API_URL and DT_SSO_URL must belong together: set both, or neither.',
    )
  }
  if (exchange.status === 404 && /^Cannot GET/.test(words)) {
    return bad('api', `${apiUrl} knows no account API (404 ${words}).`, 'Correct DT_API_URL.')
  }
  if (exchange.status === 404) {
    return bad(
      'account',
      `There is no account ${accountId} (404 ${words}).`,
      'Correct DT_ACCOUNT_UUID: Account Management shows it in its address and under Account settings.',
    )
  }
  return { check: ok('api', `${apiUrl} answers.`), environment: activeIn(exchange.text) }
}

const bad = (...words: Parameters<typeof fault>): Reach => ({
  check: fault(...words),
  environment: undefined,
})

function activeIn(text: string): string | undefined {
  try {
    return EnvironmentList.safeParse(JSON.parse(text)).data?.find(({ active }) => active)?.id
  } catch {
    return undefined
  }
}
