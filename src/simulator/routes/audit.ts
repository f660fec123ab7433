/** The account audit API: newest first, no cursor, seven fields unless more are asked for. */
import type { FastifyInstance } from 'fastify'
import type { AuditEvent } from '../audit.ts'
import { auditFilter } from '../audit-filter.ts'
import { badRequest } from '../rejection.ts'
import type { Simulation } from '../simulation.ts'
import { positive, type Query, repeated, single } from './body.ts'

const basicFields = [
  'timestamp',
  'eventType',
  'user',
  'resource',
  'resourceName',
  'eventProvider',
  'eventId',
] as const

const moreFields = [
  'accountUuid',
  'authenticationClientId',
  'authenticationGrantType',
  'authenticationType',
  'details',
  'eventOutcome',
  'eventVersion',
  'originAddress',
  'originType',
  'resourceId',
] as const

/** Fields of the vendor's schema that our events never carry: asking for them is no mistake. */
const emptyFields = new Set([
  'authenticationToken',
  'environmentUuid',
  'eventReason',
  'originSession',
  'originXForwardedFor',
  'userOrganization',
])

export function auditRoute(app: FastifyInstance, simulation: Simulation): void {
  app.get<{ Querystring: Query }>(
    '/audit/v1/accounts/:account',
    { config: { scopes: ['account-audit-logs-read'] } },
    async request => {
      const now = simulation.clock.now()
      const from = instant(single(request.query.startTime), now)
      const to = instant(single(request.query.endTime), now)
      const limit = positive(request.query.limit, 50)
      const passes = auditFilter(single(request.query.filter))
      const fields = projection(repeated(request.query.addFields).flatMap(value => value.split(',')))
      const found = simulation.account.audit
        .filter(
          event =>
            (from === undefined || event.timestamp >= from) && (to === undefined || event.timestamp <= to),
        )
        .filter(passes)
        .reverse()
      const audits = found
        .slice(0, limit)
        .map(event => Object.fromEntries(fields.map(field => [field, event[field]])))
      const message = `Your result has been limited to ${limit}.`
      return { audits, warnings: found.length > limit ? [{ message }] : [] }
    },
  )
}

function projection(names: readonly string[]): (keyof AuditEvent)[] {
  const known = [...basicFields, ...moreFields]
  const unknown = names.filter(
    name => name !== '' && !known.some(one => one === name) && !emptyFields.has(name),
  )
  if (unknown.length > 0) throw badRequest(`Unknown field ${unknown.join(', ')} in addFields`)
  return known.filter((field, at) => at < basicFields.length || names.includes(field))
}

/** ISO 8601, epoch milliseconds, or relative such as `now()-2d`. */
function instant(text: string | undefined, now: Date): string | undefined {
  if (text === undefined) return undefined
  const relative = /^now\(\)(?:-(\d+)([smhd]))?$/.exec(text.trim())
  const units: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
  const millis = relative
    ? now.getTime() - Number(relative[1] ?? 0) * (units[relative[2] ?? 's'] ?? 0)
    : /^\d+$/.test(text)
      ? Number(text)
      : Date.parse(text)
  const date = new Date(millis)
  if (Number.isNaN(date.getTime())) throw badRequest(`Invalid date ${text}`)
  return date.toISOString()
}
