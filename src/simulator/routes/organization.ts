/** People and groups as an environment sees them: `/platform/iam/v1/organizational-levels/{level}/{id}/…`, read only. */
import type { FastifyInstance } from 'fastify'
import type { User } from '../account/objects.ts'
import { readPageKey, writePageKey } from '../page-key.ts'
import { badRequest, notFound } from '../rejection.ts'
import type { Simulation } from '../simulation.ts'
import { positive, type Query, single } from './body.ts'

interface Call {
  Params: { environment: string; level: string; id: string }
  Querystring: Query
}

export function organizationRoutes(app: FastifyInstance, simulation: Simulation): void {
  const path = '/e/:environment/platform/iam/v1/organizational-levels/:level/:id'
  const scoped = (scope: string) => ({ config: { scopes: [scope] } })
  const people = (kind: User['kind'], query: Query) => {
    const matches = wanted(query, 'partialString')
    return [...simulation.account.users.values()]
      .filter(user => user.kind === kind)
      .filter(user => matches(user.uid, `${user.name ?? ''} ${user.surname ?? ''} ${user.email}`))
      .map(({ uid, email, name, surname }) => ({ uid, email, name, surname }))
  }

  app.get<Call>(`${path}/users`, scoped('iam:users:read'), async request => {
    checkLevel(simulation, request.params)
    return page(request.query, people('person', request.query))
  })

  app.get<Call>(`${path}/service-users`, scoped('iam:users:read'), async request => {
    checkLevel(simulation, request.params)
    return page(request.query, people('service', request.query))
  })

  app.get<Call>(`${path}/groups`, scoped('iam:groups:read'), async request => {
    checkLevel(simulation, request.params)
    const matches = wanted(request.query, 'partialGroupName')
    const found = [...simulation.account.groups.values()].filter(group => matches(group.uuid, group.name))
    return page(
      request.query,
      found.map(({ uuid, name, owner }) => ({ uuid, groupName: name, type: owner })),
    )
  })
}

function checkLevel({ account }: Simulation, { environment, level, id }: Call['Params']): void {
  const own = level === 'account' ? account.uuid : level === 'environment' ? environment : undefined
  if (own !== id) throw notFound(`Level ${level}/${id} not found`)
}

/** One of two filters must be given; a part of a group's name has three characters or more. */
function wanted(query: Query, partial: string): (id: string, text: string) => boolean {
  const [part, uuid] = [single(query[partial]), single(query.uuid)]
  if (part === undefined && uuid === undefined) {
    throw badRequest(`Mandatory query param ${partial} or uuid was not provided`)
  }
  if (partial === 'partialGroupName' && part !== undefined && part.length < 3) {
    throw badRequest('partialGroupName must have at least 3 characters')
  }
  return (id, text) =>
    (uuid === undefined || uuid === id) &&
    (part === undefined || text.toLowerCase().includes(part.toLowerCase()))
}

function page(query: Query, found: readonly object[]): object {
  const key = single(query['page-key'])
  const continued = key === undefined ? undefined : readPageKey(key)
  if (key !== undefined && continued === undefined) throw badRequest('page-key is not valid')
  const offset = continued?.offset ?? 0
  const next = offset + positive(query['page-size'], 100)
  return {
    results: found.slice(offset, next),
    ...(next < found.length ? { nextPageKey: writePageKey({ offset: next, query: {} }) } : {}),
    totalCount: found.length,
  }
}
