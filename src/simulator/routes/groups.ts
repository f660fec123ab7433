/** Groups of the account: `/iam/v1/accounts/{account}/groups`. There is no single read and no members write. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { createGroups, deleteGroup, replaceGroup } from '../account/groups.ts'
import { membersOf } from '../account/memberships.ts'
import type { Group } from '../account/objects.ts'
import { groupById } from '../account.ts'
import { accountSeen, callerOf, type Simulation } from '../simulation.ts'
import { read, readArray } from './body.ts'
import { userView } from './users.ts'

const groupBody = z.object({
  name: z.string(),
  description: z.string().nullish(),
  federatedAttributeValues: z.array(z.string()).nullish(),
})

export function groupRoutes(app: FastifyInstance, simulation: Simulation): void {
  const groups = '/iam/v1/accounts/:account/groups'
  const reading = { config: { scopes: ['account-idm-read'] } }
  const writing = { config: { scopes: ['account-idm-write'] } }

  app.get(groups, reading, async request => {
    const items = [...accountSeen(simulation, 'group', request).groups.values()].map(groupView)
    return { count: items.length, items }
  })

  app.post(groups, writing, async (request, reply) => {
    const given = readArray(z.array(groupBody), request.body)
    const created = createGroups(simulation.account, callerOf(simulation), given)
    return reply.code(201).send(created.map(groupView))
  })

  app.put<{ Params: { group: string } }>(`${groups}/:group`, writing, async (request, reply) => {
    const given = read(groupBody, request.body)
    replaceGroup(simulation.account, callerOf(simulation), request.params.group, given)
    return reply.code(200).send()
  })

  app.delete<{ Params: { group: string } }>(`${groups}/:group`, writing, async (request, reply) => {
    deleteGroup(simulation.account, callerOf(simulation), request.params.group)
    return reply.code(200).send()
  })

  app.get<{ Params: { group: string } }>(`${groups}/:group/users`, reading, async request => {
    const account = accountSeen(simulation, 'group', request)
    const items = membersOf(account, groupById(account, request.params.group)).map(userView)
    return { count: items.length, items }
  })
}

/** A group on the wire. An empty description is left out. */
export function groupView(group: Group) {
  const { uuid, name, description, owner, createdAt, updatedAt, federatedAttributeValues } = group
  return {
    uuid,
    name,
    ...(description === '' ? {} : { description }),
    owner,
    createdAt,
    updatedAt,
    federatedAttributeValues,
  }
}
