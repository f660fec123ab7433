/** The account audit API: newest first, no cursor, seven fields unless more are asked for. */
import type { FastifyInstance } from 'fastify'
import { unreachable } from '../../lib/errors.ts'
import type { AuditEvent } from '../audit.ts'
import { auditFilter } from '../audit-filter.ts'
import { accountTime, instant } from '../instant.ts'
import { badRequest } from '../rejection.ts'
import type { Simulation } from '../simulation.ts'
import type { Switches } from '../switches.ts'
import { type Query, repeated, single } from './body.ts'

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
      const from = timeOf(single(request.query.startTime), now)
      const to = timeOf(single(request.query.endTime), now)
      const limit = whole(request.query, 'limit', 50, Number.MAX_SAFE_INTEGER)
      // Checked as the API checks it; what is scanned here never comes near it.
      whole(request.query, 'scanLimitGigabyte', 500, 1_500_000_000)
      const megabytes = whole(request.query, 'resultSizeLimitMegabyte', 2, 15)
      const passes = auditFilter(single(request.query.filter))
      const fields = projection(repeated(request.query.addFields).flatMap(value => value.split(',')))
      const { auditLag, auditDetails } = simulation.switches
      const known = new Date(now.getTime() - auditLag).toISOString()
      const found = simulation.account.audit
        .filter(
          ({ timestamp }) =>
            timestamp <= known &&
            (from === undefined || timestamp >= from) &&
            (to === undefined || timestamp <= to),
        )
        .filter(passes)
        .reverse()
      const audits = found
        .slice(0, limit)
        .map(event => ({ ...event, details: detailsAs(auditDetails, event.details) }))
        .map(event => Object.fromEntries(fields.map(field => [field, event[field]])))
      const fitting = withinSize(audits, megabytes * 1_000_000)
      const warnings = [
        ...(found.length > limit ? [`Your result has been limited to ${limit}.`] : []),
        ...(fitting < audits.length ? [`Your result has been limited to ${megabytes} MB.`] : []),
      ]
      return { audits: audits.slice(0, fitting), warnings: warnings.map(message => ({ message })) }
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

/** What was before and after, in the form of the generation of events that the switch names. */
function detailsAs(form: Switches['auditDetails'], details: AuditEvent['details']): unknown {
  switch (form) {
    case 'text':
      return details
    case 'objects':
      return Object.fromEntries(Object.entries(details).map(([name, json]) => [name, JSON.parse(json)]))
    case 'none':
      return undefined
    default:
      return unreachable(form)
  }
}

/** How many of the entries, from the first, fit into so many bytes. */
function withinSize(entries: readonly object[], bytes: number): number {
  let size = 0
  const tooMany = entries.findIndex(entry => {
    size += Buffer.byteLength(JSON.stringify(entry))
    return size > bytes
  })
  return tooMany === -1 ? entries.length : tooMany
}

function timeOf(text: string | undefined, now: Date): string | undefined {
  if (text === undefined) return undefined
  const date = instant(text, now, accountTime)
  if (date === undefined) throw badRequest(`Invalid date ${text}`)
  return date.toISOString()
}

function whole(query: Query, name: string, fallback: number, max: number): number {
  const number = Number(single(query[name]) ?? fallback)
  if (Number.isSafeInteger(number) && number >= 1 && number <= max) return number
  throw badRequest(`${name} must be a number from 1 to ${max}`)
}
