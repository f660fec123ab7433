/** Bindings of a level: `/iam/v1/repo/{levelType}/{levelId}/bindings`. Refused on inactive environments. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { bindingsAt, bindingsOfGroup, storeBindings } from '../account/binding-store.ts'
import { addBinding, ambiguous, matching, removeBinding, setPolicies } from '../account/bindings.ts'
import type { Level } from '../account/objects.ts'
import { bindablePolicy } from '../account/policies.ts'
import { groupById } from '../account.ts'
import { badRequest } from '../rejection.ts'
import { accountSeen, callerOf, type Simulation } from '../simulation.ts'
import { type AtLevel, bindingLevel, filterOf, forced, writableBindingLevel } from './binding-call.ts'
import { foldedBindings, groupBindings } from './binding-view.ts'
import { positive, type Query, read, single } from './body.ts'

const groupsBody = z.object({ groups: z.array(z.string()), boundaries: z.array(z.string()).nullish() })
const policiesBody = z.object({ policyUuids: z.array(z.string()) })

interface AtPolicy extends AtLevel {
  policy: string
}
interface AtGroup extends AtLevel {
  group: string
}

export function bindingRoutes(app: FastifyInstance, simulation: Simulation): void {
  const path = '/iam/v1/repo/:levelType/:levelId/bindings'
  const reading = { config: { scopes: ['iam-policies-management', 'iam:bindings:read'] } }
  const writing = { config: { scopes: ['iam-policies-management', 'iam:bindings:write'] } }
  const account = () => simulation.account
  const actor = () => callerOf(simulation)
  const seen = (request: FastifyRequest) => accountSeen(simulation, 'binding', request)
  const levelOf = (params: AtLevel) => bindingLevel(account(), params)
  const writableLevel = (params: AtLevel) => writableBindingLevel(account(), params)

  app.get<{ Params: AtLevel }>(path, reading, async request => {
    const level = levelOf(request.params)
    return foldedBindings(level, bindingsAt(seen(request), level))
  })

  app.delete<{ Params: AtLevel }>(path, writing, async (request, reply) => {
    const level = writableLevel(request.params)
    const groups = new Set(bindingsAt(account(), level).map(binding => binding.groupUuid))
    for (const group of groups) storeBindings(account(), actor(), level, group, [])
    return reply.code(204).send()
  })

  app.get<{ Params: AtGroup; Querystring: Query }>(`${path}/groups/:group`, reading, async request => {
    const level = levelOf(request.params)
    const known = seen(request)
    const group = groupById(known, request.params.group)
    const details = single(request.query.details) === 'true'
    return groupBindings(level, bindingsOfGroup(known, level, group.uuid), details)
  })

  app.put<{ Params: AtGroup }>(`${path}/groups/:group`, writing, async (request, reply) => {
    const level = writableLevel(request.params)
    const { policyUuids } = read(policiesBody, request.body)
    setPolicies(account(), actor(), level, request.params.group, policyUuids)
    return reply.code(204).send()
  })

  app.get<{ Params: AtPolicy; Querystring: Query }>(`${path}/descendants/:policy`, reading, async request => {
    const level = levelOf(request.params)
    const policy = bindablePolicy(account(), level, request.params.policy)
    const [page, size] = [positive(request.query.page, 1), positive(request.query.size, 100)]
    const below = level.type === 'environment' ? [] : [...account().environments.keys()]
    const known = seen(request)
    const content = below.flatMap(id => {
      const environment: Level = { type: 'environment', id }
      const bound = bindingsAt(known, environment).filter(one => one.policyUuid === policy.uuid)
      return bound.length === 0 ? [] : [foldedBindings(environment, bound)]
    })
    const shown = content.slice((page - 1) * size, page * size)
    return { pageSize: size, pageNumber: page, totalCount: content.length, content: shown }
  })

  app.get<{ Params: AtPolicy }>(`${path}/:policy`, reading, async request => {
    const level = levelOf(request.params)
    const policy = bindablePolicy(account(), level, request.params.policy)
    return foldedBindings(
      level,
      bindingsAt(seen(request), level).filter(one => one.policyUuid === policy.uuid),
    )
  })

  app.post<{ Params: AtPolicy }>(`${path}/:policy`, writing, async (request, reply) => {
    const level = writableLevel(request.params)
    const { groups, boundaries } = read(groupsBody, request.body)
    for (const group of groups) groupById(account(), group)
    for (const groupUuid of groups) {
      addBinding(account(), actor(), { level, policyUuid: request.params.policy, groupUuid }, { boundaries })
    }
    return reply.code(204).send()
  })

  app.delete<{ Params: AtPolicy; Querystring: Query }>(`${path}/:policy`, writing, async (request, reply) => {
    const level = writableLevel(request.params)
    const policy = bindablePolicy(account(), level, request.params.policy)
    const bound = bindingsAt(account(), level).filter(one => one.policyUuid === policy.uuid)
    const filter = filterOf(request.query)
    const pairs = [...new Set(bound.map(one => one.groupUuid))]
      .map(groupUuid => ({ level, policyUuid: policy.uuid, groupUuid }))
      .filter(pair => matching(account(), pair, filter).length > 0)
    if (pairs.length === 0) throw badRequest(`Policy ${policy.uuid} is not bound at this level`)
    const several = pairs.find(pair => matching(account(), pair, filter).length > 1)
    const allowed = forced(request.query) || account().switches.ambiguousBindingDelete === 'all'
    if (several !== undefined && !allowed) throw ambiguous(several)
    for (const pair of pairs) removeBinding(account(), actor(), pair, filter, true)
    return reply.code(204).send()
  })
}
