/**
 * Who may call an environment: access tokens on its classic address, OAuth and platform tokens on the platform's.
 * An inactive environment lets nobody in.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { apiTokenBySecret, apiTokenWorks, useApiToken } from './account/api-tokens.ts'
import type { TokenUser } from './account/environment-objects.ts'
import { usedPlatformToken } from './account/platform-tokens.ts'
import { findUser, userByUid } from './account.ts'
import { forbidden, notFound, Rejection } from './rejection.ts'
import type { Simulation } from './simulation.ts'

/** Who is behind a call of an environment API. */
export interface EnvironmentCaller extends TokenUser {
  /** The uid of the person or service user, undefined when the owner of an access token is gone. */
  readonly uid: string | undefined
  readonly scopes: readonly string[]
}

declare module 'fastify' {
  interface FastifyRequest {
    environmentCaller: EnvironmentCaller | undefined
  }
}

export function authorizeEnvironment(app: FastifyInstance, simulation: Simulation): void {
  app.decorateRequest('environmentCaller', undefined)
  app.addHook('onRequest', async request => {
    const environmentId = environmentOf(request)
    const environment = simulation.account.environments.get(environmentId)
    if (environment === undefined) throw notFound(`Environment ${environmentId} not found`)
    if (!environment.active) throw forbidden(`Environment ${environmentId} is not active`)
    const classic = request.url.startsWith(`/e/${environmentId}/api/`)
    const caller = classic
      ? accessTokenCaller(simulation, environmentId, request)
      : platformCaller(simulation, environmentId, request)
    const { scopes } = request.routeOptions.config
    if (scopes !== undefined && !scopes.some(scope => caller.scopes.includes(scope))) {
      throw forbidden(`Token is missing required scope. Use one of: ${scopes.join(', ')}`)
    }
    request.environmentCaller = caller
  })
}

/** The environment a call is for. */
export function environmentOf(request: FastifyRequest): string {
  const { params } = request
  return typeof params === 'object' && params !== null && 'environment' in params
    ? String(params.environment)
    : ''
}

/** Who makes this call; known once the hook let it in. */
export function environmentCallerOf(request: FastifyRequest): EnvironmentCaller {
  if (request.environmentCaller === undefined) throw new Rejection(401, 'Missing authorization parameter.')
  return request.environmentCaller
}

/** `Authorization: Api-Token dt0c01.…` */
function accessTokenCaller(
  { account }: Simulation,
  environmentId: string,
  request: FastifyRequest,
): EnvironmentCaller {
  const [scheme, secret = ''] = (request.headers.authorization ?? '').split(' ')
  if (scheme === '') throw new Rejection(401, 'Missing authorization parameter.')
  const token =
    scheme?.toLowerCase() === 'api-token' ? apiTokenBySecret(account, environmentId, secret) : undefined
  if (token === undefined || !apiTokenWorks(account, token)) {
    throw new Rejection(401, 'Token Authentication failed')
  }
  useApiToken(account, token, request.ip)
  return {
    name: token.owner,
    uid: findUser(account, token.owner)?.uid,
    scopes: token.scopes,
    tokenId: token.id,
    personal: token.personalAccessToken,
  }
}

/** `Authorization: Bearer` with an OAuth access token or a platform token. */
function platformCaller(
  simulation: Simulation,
  environmentId: string,
  request: FastifyRequest,
): EnvironmentCaller {
  const { account } = simulation
  const { authorization } = request.headers
  const platformToken = /^bearer (dt0s16\..+)$/i.exec(authorization ?? '')?.[1]
  const resource = `urn:dtenvironment:${environmentId}`
  if (platformToken === undefined) {
    const { subject: uid, scopes } = simulation.tokens.contentOf(authorization, resource)
    const subject = userByUid(account, uid)
    if (subject?.status !== 'ACTIVE') throw forbidden()
    return { name: subject.email, uid, scopes, tokenId: undefined, personal: false }
  }
  const token = usedPlatformToken(account, platformToken, resource, request.ip)
  if (token === undefined) throw new Rejection(401, 'Failed to validate platform token.')
  const name = userByUid(account, token.userUuid)?.email ?? ''
  return { name, uid: token.userUuid, scopes: token.scope, tokenId: undefined, personal: false }
}
