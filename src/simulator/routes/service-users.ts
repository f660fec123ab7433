/** Service users: `/iam/v1/accounts/{account}/service-users`, paged by number or by key. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { User } from '../account/objects.ts'
import {
  createServiceUser,
  deleteServiceUser,
  helperGroup,
  replaceServiceUser,
  serviceUserById,
  serviceUsers,
} from '../account/service-users.ts'
import { badRequest } from '../rejection.ts'
import { callerOf, type Simulation } from '../simulation.ts'
import { positive, type Query, read, single } from './body.ts'

const serviceUserBody = z.object({ name: z.string(), description: z.string().nullish() })

export function serviceUserRoutes(app: FastifyInstance, simulation: Simulation): void {
  const path = '/iam/v1/accounts/:account/service-users'
  const reading = { config: { scopes: ['account-idm-read'] } }
  const writing = { config: { scopes: ['account-idm-write'] } }
  const withGroup = (user: User) => {
    const group = helperGroup(simulation.account, user)
    return { ...serviceUserView(user), ...(group === undefined ? {} : { groupUuid: group.uuid }) }
  }

  app.get<{ Querystring: Query }>(path, reading, async request => {
    const all = serviceUsers(simulation.account)
    const size = positive(request.query['page-size'], 100)
    const key = single(request.query['page-key'])
    const page = key === undefined ? positive(request.query.page, 1) : pageOf(key)
    const results = all.slice((page - 1) * size, page * size).map(serviceUserView)
    const more = page * size < all.length
    return { results, ...(more ? { nextPageKey: keyOf(page + 1) } : {}), totalCount: all.length }
  })

  app.post(path, writing, async (request, reply) => {
    const given = read(serviceUserBody, request.body)
    const { user } = createServiceUser(simulation.account, callerOf(simulation), given)
    return reply.code(201).send(withGroup(user))
  })

  app.get<{ Params: { uid: string } }>(`${path}/:uid`, reading, async request =>
    withGroup(serviceUserById(simulation.account, request.params.uid)),
  )

  app.put<{ Params: { uid: string } }>(`${path}/:uid`, writing, async (request, reply) => {
    const user = serviceUserById(simulation.account, request.params.uid)
    replaceServiceUser(simulation.account, callerOf(simulation), user, read(serviceUserBody, request.body))
    return reply.code(200).send()
  })

  app.delete<{ Params: { uid: string } }>(`${path}/:uid`, writing, async (request, reply) => {
    const user = serviceUserById(simulation.account, request.params.uid)
    deleteServiceUser(simulation.account, callerOf(simulation), user)
    return reply.code(200).send()
  })
}

function serviceUserView({ uid, email, name, surname, description, createdAt }: User) {
  return { uid, email, name, surname, description, createdAt }
}

const keyOf = (page: number): string => Buffer.from(`page:${page}`).toString('base64url')

function pageOf(key: string): number {
  const [, page] =
    Buffer.from(key, 'base64url')
      .toString()
      .match(/^page:([1-9]\d*)$/) ?? []
  if (page === undefined) throw badRequest('page-key is not valid')
  return Number(page)
}
