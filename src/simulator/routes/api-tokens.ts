/** Access tokens of an environment, at its classic address and, for OAuth tokens, behind the platform gateway. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import {
  apiTokenById,
  apiTokenBySecret,
  changeApiToken,
  createApiToken,
  deleteApiToken,
} from '../account/api-tokens.ts'
import { environmentCallerOf } from '../environment-authorization.ts'
import { ConstraintViolation } from '../environment-error.ts'
import { environmentTime, instant } from '../instant.ts'
import { notFound } from '../rejection.ts'
import type { Simulation } from '../simulation.ts'
import { apiTokenPage } from './api-token-page.ts'
import { apiTokenView } from './api-token-view.ts'
import type { Query } from './body.ts'
import { readPayload } from './environment-query.ts'

const scopes = z.array(z.string().min(1)).min(1)
const newToken = z.object({
  name: z.string().min(1),
  scopes,
  expirationDate: z.string().nullish(),
  personalAccessToken: z.boolean().nullish(),
})
const change = z.object({
  name: z.string().min(1).nullish(),
  enabled: z.boolean().nullish(),
  scopes: scopes.nullish(),
})
const lookup = z.object({ token: z.string() })

interface InEnvironment {
  environment: string
}
interface OneToken extends InEnvironment {
  token: string
}

export function apiTokenRoutes(app: FastifyInstance, simulation: Simulation): void {
  mount(app, simulation, '/e/:environment/api/v2/apiTokens', 'apiTokens.read', 'apiTokens.write')
  const gateway = '/e/:environment/platform/classic/environment-api/v2/apiTokens'
  const scope = 'environment-api:api-tokens'
  mount(app, simulation, gateway, `${scope}:read`, `${scope}:write`)
}

function mount(
  app: FastifyInstance,
  simulation: Simulation,
  path: string,
  readScope: string,
  writeScope: string,
): void {
  const reading = { config: { scopes: [readScope] } }
  const writing = { config: { scopes: [writeScope] } }
  const tokenAt = ({ environment, token }: OneToken) => apiTokenById(simulation.account, environment, token)

  app.get<{ Params: InEnvironment; Querystring: Query }>(path, reading, async request =>
    apiTokenPage(simulation, request.params.environment, request.query),
  )

  app.post<{ Params: InEnvironment }>(path, writing, async (request, reply) => {
    const given = readPayload(newToken, request.body)
    const { id, token, expirationDate } = createApiToken(simulation.account, environmentCallerOf(request), {
      environmentId: request.params.environment,
      name: given.name,
      scopes: given.scopes,
      personalAccessToken: given.personalAccessToken ?? false,
      expirationDate: expiry(simulation, given.expirationDate ?? undefined),
    })
    return reply.code(201).send({ id, token, ...(expirationDate === undefined ? {} : { expirationDate }) })
  })

  // Any scope will do: the caller has the secret already.
  app.post<{ Params: InEnvironment }>(`${path}/lookup`, async request => {
    const { token } = readPayload(lookup, request.body)
    const found = apiTokenBySecret(simulation.account, request.params.environment, token)
    if (found === undefined) throw notFound('Token not found')
    return apiTokenView(found)
  })

  app.get<{ Params: OneToken }>(`${path}/:token`, reading, async request =>
    apiTokenView(tokenAt(request.params)),
  )

  app.put<{ Params: OneToken }>(`${path}/:token`, writing, async (request, reply) => {
    const token = tokenAt(request.params)
    const { name, enabled, scopes } = readPayload(change, request.body)
    changeApiToken(simulation.account, environmentCallerOf(request), token, {
      name: name ?? undefined,
      enabled: enabled ?? undefined,
      scopes: scopes ?? undefined,
    })
    return reply.code(204).send()
  })

  app.delete<{ Params: OneToken }>(`${path}/:token`, writing, async (request, reply) => {
    deleteApiToken(simulation.account, environmentCallerOf(request), tokenAt(request.params))
    return reply.code(204).send()
  })
}

function expiry(simulation: Simulation, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const now = simulation.clock.now()
  const date = instant(text, now, environmentTime)
  if (date === undefined || date <= now) {
    throw new ConstraintViolation('PAYLOAD_BODY', 'expirationDate', 'must be a time in the future')
  }
  return date.toISOString()
}
