/** Connects to a Dynatrace account: composes token, limiter and resources into the typed API of `dynatrace.ts`. */
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { semaphore } from '../lib/semaphore.ts'
import { bindings } from './bindings.ts'
import { boundaries } from './boundaries.ts'
import { callLog } from './call-log.ts'
import type { CallRecord, DynatraceConnection } from './dynatrace.ts'
import { environments } from './environments.ts'
import { groups } from './groups.ts'
import { limits as limitsOf } from './limits.ts'
import { permissions } from './permissions.ts'
import type { Persistence } from './persist.ts'
import { policies } from './policies.ts'
import { requests } from './request.ts'
import { tokens } from './token.ts'
import { type Timeouts, transport } from './transport.ts'
import { users } from './users.ts'

export interface ConnectOptions {
  /** With or without the prefix `urn:dtaccount:`. */
  readonly accountUuid: string
  readonly clientId: string
  readonly clientSecret: string
  /** e.g. `https://api.dynatrace.com`. */
  readonly apiUrl: string
  /** e.g. `https://sso.dynatrace.com`. */
  readonly ssoUrl: string
  readonly clock: Clock
  readonly log: Log
  /** Told of every call as it ended, after its retries; the token's calls included. */
  readonly onCall?: (record: CallRecord) => void
  /** Asked for with the token. One that the client was not granted fails all of them. */
  readonly scopes?: readonly string[]
  readonly timeouts?: Partial<Timeouts>
  readonly limits?: Partial<Limits>
}

interface Limits extends Persistence {
  /** Calls in flight at a time; the vendor's own tool uses 5. */
  readonly inFlight: number
  /** Boundaries in one page. */
  readonly pageSize: number
}

const SCOPES = ['account-idm-read', 'account-idm-write', 'account-env-read', 'iam-policies-management']

const TIMEOUTS: Timeouts = { connect: 5_000, headers: 60_000, body: 30_000, total: 180_000 }

const LIMITS: Limits = { inFlight: 6, pageSize: 500, retries: 4, pause: 500, longestPause: 60_000 }

/** Opens nothing by itself: the first call does. */
export function connectDynatrace(options: ConnectOptions): DynatraceConnection {
  const { apiUrl, ssoUrl, clientId, clientSecret, clock, log, onCall } = options
  const accountId = options.accountUuid.trim().replace(/^urn:dtaccount:/i, '')
  const limits = { ...LIMITS, ...options.limits }
  const close = new AbortController()
  const calls = callLog({ clock, log, onCall })
  const shared = {
    transport: transport({
      timeouts: { ...TIMEOUTS, ...options.timeouts },
      connections: limits.inFlight + 1,
    }),
    persistence: limits,
    calls,
    clock,
    closing: close.signal,
  }
  const scopes = options.scopes ?? SCOPES
  const parts = {
    ...shared,
    apiUrl,
    clientSecret,
    slots: semaphore(limits.inFlight),
    tokens: tokens({ ...shared, ssoUrl, accountId, clientId, clientSecret, scopes }),
  }
  return {
    with: context => {
      const inContext = requests(parts, context)
      return {
        accountId,
        users: users(inContext, accountId),
        groups: groups(inContext, accountId),
        permissions: permissions(inContext, accountId),
        policies: policies(inContext, accountId),
        bindings: bindings(inContext, accountId),
        boundaries: boundaries(inContext, accountId, limits.pageSize),
        environments: environments(inContext, accountId),
        limits: limitsOf(inContext, accountId),
      }
    },
    status: () => calls.status(),
    close: async () => {
      close.abort()
      await shared.transport.close()
    },
  }
}
