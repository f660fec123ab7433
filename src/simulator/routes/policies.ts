/** Policies of a level: `/iam/v1/repo/{levelType}/{levelId}/policies`. The global level is read-only. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { levelAt } from '../account/levels.ts'
import type { Level, Policy } from '../account/objects.ts'
import {
  createPolicy,
  deletePolicy,
  policiesAt,
  policiesFor,
  policyAt,
  replacePolicy,
} from '../account/policies.ts'
import { statementsOf } from '../account/statement.ts'
import { notFound } from '../rejection.ts'
import { callerOf, type Simulation } from '../simulation.ts'
import { type Query, read, single, uuidIn } from './body.ts'

const policyBody = z.object({
  name: z.string(),
  description: z.string(),
  statementQuery: z.string(),
  tags: z.array(z.string()).nullish(),
})

interface AtLevel {
  levelType: string
  levelId: string
}

export function policyRoutes(app: FastifyInstance, simulation: Simulation): void {
  const path = '/iam/v1/repo/:levelType/:levelId/policies'
  const reading = { config: { scopes: ['iam-policies-management', 'iam:policies:read'] } }
  const writing = { config: { scopes: ['iam-policies-management', 'iam:policies:write'] } }
  const levelOf = (params: AtLevel) => levelAt(simulation.account, params.levelType, params.levelId)
  const writableLevel = (params: AtLevel) => writable(levelOf(params))

  app.get<{ Params: AtLevel; Querystring: Query }>(path, reading, async request => {
    const name = single(request.query.name)
    const policies = policiesAt(simulation.account, levelOf(request.params))
    return {
      policies: policies
        .filter(policy => name === undefined || policy.name === name)
        .map(({ uuid, name, description }) => ({ uuid, name, description })),
    }
  })

  app.get<{ Params: AtLevel }>(
    `${path}/aggregate`,
    { config: { scopes: ['iam-policies-management'] } },
    async request => ({
      policyOverviewList: policiesFor(simulation.account, writableLevel(request.params)).map(
        ({ uuid, name, description, level }) => ({
          uuid,
          name,
          description,
          levelId: level.id,
          levelType: level.type,
        }),
      ),
    }),
  )

  app.post<{ Params: AtLevel }>(path, writing, async (request, reply) => {
    const level = writableLevel(request.params)
    const given = read(policyBody, request.body)
    const policy = createPolicy(simulation.account, callerOf(simulation), level, given)
    return reply.code(201).send(policyView(policy))
  })

  app.get<{ Params: AtLevel & { policy: string } }>(`${path}/:policy`, reading, async request => {
    const uuid = uuidIn(request.params.policy)
    return policyView(policyAt(simulation.account, levelOf(request.params), uuid))
  })

  app.put<{ Params: AtLevel & { policy: string } }>(`${path}/:policy`, writing, async (request, reply) => {
    const level = writableLevel(request.params)
    const uuid = uuidIn(request.params.policy)
    const given = read(policyBody, request.body)
    if (!simulation.account.policies.has(uuid)) {
      const policy = createPolicy(simulation.account, callerOf(simulation), level, given, uuid)
      return reply.code(201).send(policyView(policy))
    }
    const policy = policyAt(simulation.account, level, uuid)
    replacePolicy(simulation.account, callerOf(simulation), policy, given)
    return reply.code(204).send()
  })

  app.delete<{ Params: AtLevel & { policy: string }; Querystring: Query }>(
    `${path}/:policy`,
    writing,
    async (request, reply) => {
      const level = writableLevel(request.params)
      const policy = policyAt(simulation.account, level, uuidIn(request.params.policy))
      const force = single(request.query.force) === 'true'
      deletePolicy(simulation.account, callerOf(simulation), policy, force)
      return reply.code(204).send()
    },
  )
}

function writable(level: Level): Level {
  if (level.type === 'global') throw notFound('Level global/global is read-only')
  return level
}

function policyView(policy: Policy) {
  const { uuid, name, tags, description, statementQuery } = policy
  return { uuid, name, tags, description, statementQuery, statements: statementsOf(policy) }
}
