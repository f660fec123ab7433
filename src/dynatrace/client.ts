/** Connects to a Dynatrace account: composes token, limiter and resources into the typed API of `dynatrace.ts`. */
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import { apiTokens } from './api-tokens.ts'
import { audit } from './audit.ts'
import { bindings } from './bindings.ts'
import { boundaries } from './boundaries.ts'
import { breakers } from './breakers.ts'
import { callLog } from './call-log.ts'
import type { CircuitLimits } from './circuit.ts'
import { documents } from './documents.ts'
import type { CallContext, CallRecord, Dynatrace, DynatraceConnection } from './dynatrace.ts'
import { effectivePermissions } from './effective-permissions.ts'
import { environments } from './environments.ts'
import { groups } from './groups.ts'
import { limiter } from './limiter.ts'
import { limits as limitsOf } from './limits.ts'
import { permissions } from './permissions.ts'
import type { Persistence } from './persist.ts'
import { platformTokens } from './platform-tokens.ts'
import { policies } from './policies.ts'
import { reference } from './reference.ts'
import { repetitions } from './repetitions.ts'
import { requests } from './request.ts'
import type { Grant } from './scopes.ts'
import { serviceUsers } from './service-users.ts'
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
  /** Address of an environment, with `{id}` where its id goes; by default `https://{id}.apps.dynatrace.com`. */
  readonly environmentUrl?: string
  readonly clock: Clock
  readonly log: Log
  /** Told of every call as it ended, after its retries; the token's calls included. */
  readonly onCall?: (record: CallRecord) => void
  /** Asked for instead of those in `scopes.ts`. One that the client was not granted fails all of its set. */
  readonly scopes?: Readonly<Partial<Record<Grant, readonly string[]>>>
  readonly timeouts?: Partial<Timeouts>
  readonly limits?: Partial<Limits>
}

interface Limits extends Persistence, CircuitLimits {
  /** Calls in flight at a time before anything is known of how that goes. */
  readonly firstInFlight: number
  /** The most that may be in flight once it went well; the vendor's own tool uses 5. */
  readonly inFlight: number
  /** Boundaries in one page. */
  readonly pageSize: number
}

const ENVIRONMENT_URL = 'https://{id}.apps.dynatrace.com'

const TIMEOUTS: Timeouts = { connect: 5_000, headers: 60_000, body: 30_000, total: 180_000 }

const LIMITS: Limits = {
  firstInFlight: 2,
  inFlight: 10,
  pageSize: 500,
  retries: 4,
  pause: 500,
  longestPause: 60_000,
  openAfter: 5,
  openAfterMs: 2_000,
  openPause: 5_000,
  longestOpen: 30_000,
}

/** Opens nothing by itself: the first call does. */
export function connectDynatrace(options: ConnectOptions): DynatraceConnection {
  const { apiUrl, ssoUrl, clientId, clientSecret, clock, log, onCall } = options
  const accountId = options.accountUuid.trim().replace(/^urn:dtaccount:/i, '')
  const limits = { ...LIMITS, ...options.limits }
  const close = new AbortController()
  const calls = callLog({ clock, log, onCall })
  const hosts = breakers({ limits, clock, log, repetitions: repetitions() })
  const turns = limiter({
    limits: { ...limits, first: limits.firstInFlight, most: limits.inFlight },
    clock,
    closing: close.signal,
  })
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
  const granted = tokens({
    ...shared,
    ssoUrl,
    accountId,
    clientId,
    clientSecret,
    scopes: options.scopes ?? {},
  })
  const parts = {
    ...shared,
    accountId,
    apiUrl,
    environmentUrl: options.environmentUrl ?? ENVIRONMENT_URL,
    clientSecret,
    limiter: turns,
    breakers: hosts,
    tokens: granted,
  }
  const inContext = (context: CallContext): Dynatrace => {
    const asked = requests(parts, context)
    return {
      accountId,
      clientId,
      subject: () => granted.subject(),
      about: steps => inContext({ ...context, steps }),
      users: users(asked, accountId),
      serviceUsers: serviceUsers(asked, accountId),
      groups: groups(asked, accountId),
      permissions: permissions(asked, accountId),
      policies: policies(asked, accountId),
      bindings: bindings(asked, accountId),
      boundaries: boundaries(asked, accountId, limits.pageSize),
      environments: environments(asked, accountId),
      effectivePermissions: effectivePermissions(asked, accountId),
      limits: limitsOf(asked, accountId),
      platformTokens: platformTokens(asked, accountId),
      reference: reference(asked),
      audit: audit(asked, accountId, clock),
      apiTokens: apiTokens(asked),
      documents: documents(asked, clock),
    }
  }
  return {
    with: inContext,
    status: () => ({ ...calls.status(), ...hosts.status(), ...turns.figures() }),
    subject: () => granted.subject(),
    close: async () => {
      close.abort()
      await shared.transport.close()
    },
  }
}
