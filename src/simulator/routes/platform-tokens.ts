/** Platform tokens of the account: `/iam/v1/accounts/{account}/platform-tokens`. There is no single read. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import {
  addPlatformToken,
  deletePlatformToken,
  type PlatformToken,
  platformTokenById,
  setPlatformTokenExpiry,
  setPlatformTokenStatus,
} from '../account/platform-tokens.ts'
import { findUser, userByUid } from '../account.ts'
import { badRequest, forbidden } from '../rejection.ts'
import type { Simulation } from '../simulation.ts'
import { positive, type Query, read, single } from './body.ts'

const status = z.enum(['ACTIVE', 'INACTIVE'])
const moment = z.iso.datetime({ offset: true })
const newToken = z.object({
  name: z.string(),
  scope: z.array(z.string()),
  resource: z.array(z.string()),
  tags: z.array(z.string()),
  expirationDate: moment,
  userUuid: z.string(),
})

interface OneToken {
  Params: { token: string }
}

export function platformTokenRoutes(app: FastifyInstance, simulation: Simulation): void {
  const path = '/iam/v1/accounts/:account/platform-tokens'
  const managing = { config: { scopes: ['platform-token:tokens:manage'] } }
  const creating = { config: { scopes: ['platform-token:tokens:manage', 'platform-token:tokens:write'] } }

  app.get<{ Querystring: Query }>(path, managing, async request => tokenPage(simulation, request.query))

  app.post(path, creating, async request => {
    const given = read(newToken, request.body)
    const subject = findUser(simulation.account, simulation.account.subjectEmail)
    if (given.userUuid !== subject?.uid) throw forbidden('Tokens can be created for the caller only')
    const { id, token } = addPlatformToken(simulation.account, {
      ...given,
      expirationDate: new Date(given.expirationDate).toISOString(),
    })
    return { name: given.name, tokenId: id, token }
  })

  app.delete<OneToken>(`${path}/:token`, managing, async (request, reply) => {
    deletePlatformToken(simulation.account, platformTokenById(simulation.account, request.params.token))
    return reply.code(200).send()
  })

  app.put<OneToken>(`${path}/:token/expiration-date`, managing, async (request, reply) => {
    const token = platformTokenById(simulation.account, request.params.token)
    const { expirationDate } = read(z.object({ expirationDate: moment }), request.body)
    setPlatformTokenExpiry(simulation.account, token, new Date(expirationDate).toISOString())
    return reply.code(200).send()
  })

  app.put<OneToken>(`${path}/:token/status`, managing, async (request, reply) => {
    const token = platformTokenById(simulation.account, request.params.token)
    setPlatformTokenStatus(simulation.account, token, read(z.object({ status }), request.body).status)
    return reply.code(204).send()
  })
}

/**
 * `page` counts from 1 and `pageNumber`, which another client of the vendor sends, from 0. Which one the service counts
 * is not documented; page 0 is therefore the first one too.
 */
function tokenPage(simulation: Simulation, query: Query): object {
  const size = positive(query.size ?? query.pageSize, 100)
  const wanted = single(query.page) ?? '1'
  const pageNumber = single(query.pageNumber)
  const skipped = pageNumber === undefined ? Math.max(count(wanted) - 1, 0) : count(pageNumber)
  const term = (single(query.searchTerm) ?? '').toLowerCase()
  const state = single(query.status)
  if (state !== undefined && !status.safeParse(state).success)
    throw badRequest(`status ${state} is not valid`)
  const found = [...simulation.account.platformTokens.values()]
    .filter(token => state === undefined || token.status === state)
    .map(token => platformTokenView(simulation, token))
    .filter(({ tokenId, name, owner, scope }) =>
      [tokenId, name, owner ?? '', ...scope].some(text => text.toLowerCase().includes(term)),
    )
  const results = found.slice(skipped * size, (skipped + 1) * size)
  return { pageSize: size, pageNumber: count(pageNumber ?? wanted), total: found.length, results }
}

function count(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw badRequest('page must be a number')
  return Number(text)
}

function platformTokenView({ account }: Simulation, token: PlatformToken) {
  const { tokenId, name, description, scope, tags, resource, expirationDate, userUuid } = token
  const owner = userByUid(account, userUuid)?.email
  return {
    tokenId,
    accountUuid: account.uuid,
    ...(description === undefined ? {} : { description }),
    name,
    scope,
    tags,
    resource,
    ...(expirationDate === undefined ? {} : { expirationDate }),
    userUuid,
    ...(owner === undefined ? {} : { owner }),
    status: token.status,
    createdAt: token.createdAt,
    metadata: {
      ...(token.lastUsedAt === undefined ? {} : { lastUsedAt: token.lastUsedAt }),
      ...(token.lastClientIp === undefined ? {} : { lastClientIp: token.lastClientIp }),
    },
  }
}
