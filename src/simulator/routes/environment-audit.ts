/** The audit log of an environment: newest first, filtered by functions joined with commas. */
import type { FastifyInstance } from 'fastify'
import type { EnvironmentEvent } from '../account/environment-audit.ts'
import { ConstraintViolation } from '../environment-error.ts'
import { writePageKey } from '../page-key.ts'
import type { Simulation } from '../simulation.ts'
import type { Query } from './body.ts'
import { pagedQuery, ranged, timeOf } from './environment-query.ts'

export function environmentAuditRoutes(app: FastifyInstance, simulation: Simulation): void {
  const paths = {
    '/e/:environment/api/v2/auditlogs': 'auditLogs.read',
    '/e/:environment/platform/classic/environment-api/v2/auditlogs': 'environment-api:audit-logs:read',
  }
  for (const [path, scope] of Object.entries(paths)) {
    app.get<{ Params: { environment: string }; Querystring: Query }>(
      path,
      { config: { scopes: [scope] } },
      async request => eventPage(simulation, request.params.environment, request.query),
    )
  }
}

function eventPage(simulation: Simulation, environmentId: string, given: Query): object {
  const { offset, query } = pagedQuery(given, ['filter', 'from', 'to', 'sort', 'pageSize'])
  const now = simulation.clock.now()
  const pageSize = ranged(query, 'pageSize', { min: 1, max: 5_000, fallback: 1_000 })
  const twoWeeks = 14 * 86_400_000
  const from = timeOf(query, 'from', now)?.getTime() ?? now.getTime() - twoWeeks
  const to = timeOf(query, 'to', now)?.getTime() ?? now.getTime()
  const passes = eventFilter(query.filter ?? '')
  const sort = query.sort ?? '-timestamp'
  if (sort !== '-timestamp' && sort !== 'timestamp') {
    throw new ConstraintViolation('QUERY', 'sort', `cannot sort by ${sort}`)
  }
  const found = simulation.account.environmentAudit.filter(
    event =>
      event.environmentId === environmentId &&
      event.timestamp >= from &&
      event.timestamp <= to &&
      passes(event),
  )
  if (sort === '-timestamp') found.reverse()
  const auditLogs = found.slice(offset, offset + pageSize)
  const next = offset + pageSize
  return {
    totalCount: found.length,
    pageSize,
    nextPageKey: next < found.length ? writePageKey({ offset: next, query }) : null,
    auditLogs,
  }
}

/** E.g. `user("ana.kos@acme.example"),eventType("CREATE","DELETE")`; `~` escapes `"` and `~`. */
function eventFilter(text: string): (event: EnvironmentEvent) => boolean {
  const criterion = /\s*(\w+)\(((?:\s*"(?:~.|[^"~])*"\s*,?)+)\)\s*(?:,|$)/y
  const tests: ((event: EnvironmentEvent) => boolean)[] = []
  while (criterion.lastIndex < text.length) {
    const match = criterion.exec(text)
    if (match === null) throw new ConstraintViolation('QUERY', 'filter', 'cannot be read')
    const values = [...(match[2] ?? '').matchAll(/"((?:~.|[^"~])*)"/g)].map(value =>
      (value[1] ?? '').replaceAll(/~(.)/g, '$1'),
    )
    tests.push(test(match[1] ?? '', values))
  }
  return event => tests.every(one => one(event))
}

function test(name: string, values: readonly string[]): (event: EnvironmentEvent) => boolean {
  switch (name) {
    case 'user':
      return event => values.includes(event.user)
    case 'eventType':
      return event => values.includes(event.eventType)
    case 'category':
      return event => values.includes(event.category)
    case 'entityId':
      return event => values.some(value => event.entityId.includes(value))
    default:
      throw new ConstraintViolation('QUERY', 'filter', `unknown criterion ${name}`)
  }
}
