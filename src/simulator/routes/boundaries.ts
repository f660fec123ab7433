/** Policy boundaries: `/iam/v1/repo/account/{account}/boundaries`, paged from 1. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { boundaryById, createBoundary, deleteBoundary, replaceBoundary } from '../account/boundaries.ts'
import type { Boundary } from '../account/objects.ts'
import { restrictionsOf } from '../account/statement.ts'
import { callerOf, type Simulation } from '../simulation.ts'
import { positive, type Query, read, uuidIn } from './body.ts'

const boundaryBody = z.object({
  name: z.string(),
  boundaryQuery: z.string(),
  metadata: z.record(z.string(), z.string()).nullish(),
})

export function boundaryRoutes(app: FastifyInstance, simulation: Simulation): void {
  const path = '/iam/v1/repo/account/:account/boundaries'
  const reading = { config: { scopes: ['iam-policies-management', 'iam:boundaries:read'] } }
  const writing = { config: { scopes: ['iam-policies-management', 'iam:boundaries:write'] } }
  const view = (boundary: Boundary) => ({
    uuid: boundary.uuid,
    levelType: 'account',
    levelId: simulation.account.uuid,
    name: boundary.name,
    boundaryQuery: boundary.boundaryQuery,
    boundaryConditions: restrictionsOf(boundary),
    metadata: boundary.metadata,
  })

  app.get<{ Querystring: Query }>(path, reading, async request => {
    const [page, size] = [positive(request.query.page, 1), positive(request.query.size, 100)]
    const all = [...simulation.account.boundaries.values()]
    const content = all.slice((page - 1) * size, page * size).map(view)
    return { pageSize: size, pageNumber: page, totalCount: all.length, content }
  })

  app.post(path, writing, async (request, reply) => {
    const given = read(boundaryBody, request.body)
    const boundary = createBoundary(simulation.account, callerOf(simulation), given)
    return reply.code(201).send(view(boundary))
  })

  app.get<{ Params: { boundary: string } }>(`${path}/:boundary`, reading, async request =>
    view(boundaryById(simulation.account, uuidIn(request.params.boundary))),
  )

  app.put<{ Params: { boundary: string } }>(`${path}/:boundary`, writing, async (request, reply) => {
    const uuid = uuidIn(request.params.boundary)
    const given = read(boundaryBody, request.body)
    const before = simulation.account.boundaries.get(uuid)
    if (before === undefined) {
      const boundary = createBoundary(simulation.account, callerOf(simulation), given, uuid)
      return reply.code(201).send(view(boundary))
    }
    replaceBoundary(simulation.account, callerOf(simulation), before, given)
    return reply.code(204).send()
  })

  app.delete<{ Params: { boundary: string } }>(`${path}/:boundary`, writing, async (request, reply) => {
    const boundary = boundaryById(simulation.account, uuidIn(request.params.boundary))
    deleteBoundary(simulation.account, callerOf(simulation), boundary)
    return reply.code(204).send()
  })
}
