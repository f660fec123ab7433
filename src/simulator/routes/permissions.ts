/** Legacy role permissions of a group, and the reference list of roles. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import {
  addPermissions,
  permissionsOf,
  removePermission,
  replacePermissions,
  roles,
} from '../account/permissions.ts'
import { groupById } from '../account.ts'
import { accountSeen, callerOf, type Simulation } from '../simulation.ts'
import { type Query, read, readArray, single } from './body.ts'
import { groupView } from './groups.ts'

const permission = z.object({
  permissionName: z.string(),
  scope: z.string(),
  scopeType: z.enum(['account', 'tenant', 'management-zone']),
})

export function permissionRoutes(app: FastifyInstance, simulation: Simulation): void {
  const path = '/iam/v1/accounts/:account/groups/:group/permissions'
  const reading = { config: { scopes: ['account-idm-read'] } }
  const writing = { config: { scopes: ['account-idm-write'] } }

  app.get<{ Params: { group: string } }>(path, reading, async request => {
    const account = accountSeen(simulation, 'group', request)
    const group = groupById(account, request.params.group)
    return { ...groupView(group), permissions: permissionsOf(account, group) }
  })

  app.post<{ Params: { group: string } }>(path, writing, async (request, reply) => {
    const group = groupById(simulation.account, request.params.group)
    const given = readArray(z.array(permission), request.body)
    addPermissions(simulation.account, callerOf(simulation), group, given)
    return reply.code(201).send()
  })

  app.put<{ Params: { group: string } }>(path, writing, async (request, reply) => {
    const group = groupById(simulation.account, request.params.group)
    const given = readArray(z.array(permission), request.body)
    replacePermissions(simulation.account, callerOf(simulation), group, given)
    return reply.code(200).send()
  })

  app.delete<{ Params: { group: string }; Querystring: Query }>(path, writing, async (request, reply) => {
    const group = groupById(simulation.account, request.params.group)
    const key = read(permission, {
      permissionName: single(request.query['permission-name']),
      scope: single(request.query.scope),
      scopeType: single(request.query['scope-type']),
    })
    removePermission(simulation.account, callerOf(simulation), group, key)
    return reply.code(200).send()
  })

  app.get('/ref/v1/account/permissions', reading, async () =>
    [...roles].map(([id, description]) => ({ id, description })),
  )
}
