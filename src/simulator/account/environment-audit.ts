/** The audit log of an environment: changes of its access tokens. Changes of the account are not in it. */
import { randomUUID } from 'node:crypto'
import type { Account } from '../account.ts'
import { patchOf } from '../json-patch.ts'
import type { ApiToken, TokenUser } from './environment-objects.ts'

export interface EnvironmentEvent {
  readonly logId: string
  readonly eventType: 'CREATE' | 'UPDATE' | 'DELETE'
  readonly category: 'TOKEN'
  readonly entityId: string
  readonly environmentId: string
  readonly user: string
  readonly userType: 'USER_NAME' | 'PUBLIC_TOKEN_IDENTIFIER'
  readonly userOrigin: string
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly success: boolean
  /** RFC 6902, each operation with the value it replaced. */
  readonly patch: readonly object[]
}

/** Events kept; beyond it the oldest half goes. */
const kept = 50_000

/** Writes down that somebody made, changed or removed a token. */
export function recordToken(
  account: Account,
  by: TokenUser,
  eventType: EnvironmentEvent['eventType'],
  before: ApiToken | undefined,
  after: ApiToken | undefined,
): void {
  const token = after ?? before
  if (token === undefined) return
  const log = account.environmentAudit
  if (log.length >= kept) log.splice(0, kept / 2)
  log.push({
    logId: randomUUID(),
    eventType,
    category: 'TOKEN',
    entityId: `TOKEN: ${token.id}`,
    environmentId: token.environmentId,
    user: by.tokenId ?? by.name,
    userType: by.tokenId === undefined ? 'USER_NAME' : 'PUBLIC_TOKEN_IDENTIFIER',
    userOrigin: by.tokenId === undefined ? 'platform (127.0.0.1)' : 'rest (127.0.0.1)',
    timestamp: account.clock.now().getTime(),
    success: true,
    patch: patchOf(shown(before), shown(after), true),
  })
}

/** What the log may hold of a token: nothing by which it could be used. */
function shown(token: ApiToken | undefined): object | null {
  if (token === undefined) return null
  const { name, enabled, owner, scopes, expirationDate, personalAccessToken } = token
  return { name, enabled, owner, scopes, expirationDate: expirationDate ?? null, personalAccessToken }
}
