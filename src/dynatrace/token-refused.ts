/** Why single sign-on gives no access token: a scope that was not granted, credentials that are none, or nobody answers. */
import { errorMessage } from './error-message.ts'
import { failed } from './failure.ts'
import type { Exchange } from './transport.ts'
import { UpstreamError } from './upstream-error.ts'

interface Asked {
  readonly clientId: string
  readonly scopes: readonly string[]
  readonly resource: string
  /** What the token is needed for. */
  readonly purpose: string
  /** Whether nothing at all works without it. */
  readonly vital: boolean
}

/** For an exchange that brought no token. Secrets must be masked in its text already. */
export function tokenRefused(operation: string, exchange: Exchange, asked: Asked): UpstreamError {
  const error = failed(operation, exchange)
  if (error.retryable || exchange.kind === 'lost') return error
  const { status, text } = exchange
  const words = errorMessage(text)
  const start = `Dynatrace gives no access token to the OAuth client ${asked.clientId}: ${status} ${words}.`
  // The credentials are good where they are only not good for this.
  const failure = asked.vital ? 'unauthorized' : 'forbidden'
  return new UpstreamError(failure, operation, `${start} ${remedyFor(words, asked)}`, { status })
}

/** One ungranted scope fails the whole request, with 400; the words tell which only sometimes. */
function remedyFor(words: string, { scopes, resource, purpose }: Asked): string {
  const said = new Set(words.split(/[\s,;'"`[\]()]+/).map(word => word.replace(/[.:]$/, '')))
  const named = scopes.filter(scope => said.has(scope))
  if (named.length > 0 || /\bscopes?\b|invalid_scope/i.test(words)) {
    const missing = named.length > 0 ? list(named) : `at least one of ${list(scopes)}`
    return (
      `It was not granted ${missing}, needed to ${purpose}: give it to the client in Account Management, ` +
      'or set DT_CLIENT_ID and DT_CLIENT_SECRET to a client that has it.'
    )
  }
  return (
    'Check DT_CLIENT_ID and DT_CLIENT_SECRET (was the client deleted, or its secret replaced?), ' +
    `that DT_ACCOUNT_UUID is the account it belongs to (asked for ${resource}), that its subject user is active, ` +
    `and that it has the scopes ${scopes.join(', ')}.`
  )
}

const list = (scopes: readonly string[]): string =>
  scopes.length === 1 ? `the scope ${scopes[0]}` : `the scopes ${scopes.join(', ')}`
