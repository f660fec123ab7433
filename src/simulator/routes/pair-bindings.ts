/** Bindings of one policy and one group: `/iam/v1/repo/{levelType}/{levelId}/bindings/{policy}/{group}`. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { addBinding, anyBinding, matching, putBinding, removeBinding } from '../account/bindings.ts'
import { bindablePolicy } from '../account/policies.ts'
import { groupById } from '../account.ts'
import { accountSeen, callerOf, type Simulation } from '../simulation.ts'
import { type AtLevel, bindingLevel, filterOf, forced, writableBindingLevel } from './binding-call.ts'
import { foldedBindings } from './binding-view.ts'
import { type Query, read } from './body.ts'

const map = z.record(z.string(), z.string()).nullish()
const bindingBody = z
  .object({ parameters: map, metadata: map, boundaries: z.array(z.string()).nullish() })
  .nullish()

interface AtPair extends AtLevel {
  policy: string
  group: string
}

export function pairBindingRoutes(app: FastifyInstance, simulation: Simulation): void {
  const path = '/iam/v1/repo/:levelType/:levelId/bindings/:policy/:group'
  const reading = { config: { scopes: ['iam-policies-management', 'iam:bindings:read'] } }
  const writing = { config: { scopes: ['iam-policies-management', 'iam:bindings:write'] } }
  const account = () => simulation.account
  const actor = () => callerOf(simulation)
  const pairOf = (params: AtPair) => {
    const level = writableBindingLevel(account(), params)
    bindablePolicy(account(), level, params.policy)
    groupById(account(), params.group)
    return { level, policyUuid: params.policy, groupUuid: params.group }
  }

  app.get<{ Params: AtPair }>(path, reading, async request => {
    const level = bindingLevel(account(), request.params)
    const { policy, group } = request.params
    bindablePolicy(account(), level, policy)
    const known = accountSeen(simulation, 'binding', request)
    groupById(known, group)
    const pair = { level, policyUuid: policy, groupUuid: group }
    return foldedBindings(level, matching(known, pair, anyBinding))
  })

  app.post<{ Params: AtPair }>(path, writing, async (request, reply) => {
    addBinding(account(), actor(), pairOf(request.params), read(bindingBody, request.body) ?? {})
    return reply.code(204).send()
  })

  app.put<{ Params: AtPair; Querystring: Query }>(path, writing, async (request, reply) => {
    const content = read(bindingBody, request.body) ?? {}
    putBinding(account(), actor(), pairOf(request.params), filterOf(request.query), content)
    return reply.code(204).send()
  })

  app.delete<{ Params: AtPair; Querystring: Query }>(path, writing, async (request, reply) => {
    const { policy, group } = request.params
    const level = writableBindingLevel(account(), request.params)
    const pair = { level, policyUuid: policy, groupUuid: group }
    removeBinding(account(), actor(), pair, filterOf(request.query), forced(request.query))
    return reply.code(204).send()
  })
}
