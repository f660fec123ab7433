/** The routes of one type of resource, which only carry requests to its operations and answers back. */
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Json } from '../../scim/json.ts'
import { resourceOperations } from '../description/scim-operations.ts'
import type { Answer, Call, ResourceEndpoint } from './answer.ts'
import { scimJson } from './media-type.ts'
import { refuseOtherMethods } from './methods.ts'

export function registerResource(
  app: FastifyInstance,
  endpoint: ResourceEndpoint,
  publicUrl: string | undefined,
  /** Bodies beyond it are answered with 413; by default what the app takes. */
  limits: { readonly bodyLimit?: number } = {},
): void {
  const { endpoint: url } = endpoint.type
  const about = resourceOperations(endpoint.type)
  const call = (request: FastifyRequest) => callOf(request, publicUrl)

  app.get(url, { config: { scim: about.list } }, async (request, reply) =>
    send(reply, await endpoint.search(request.query, call(request))),
  )
  app.post<{ Body: Json }>(`${url}/.search`, { config: { scim: about.search } }, async (request, reply) =>
    send(reply, await endpoint.search(request.body, call(request))),
  )
  app.post<{ Body: Json }>(url, { ...limits, config: { scim: about.create } }, async (request, reply) =>
    send(reply, await endpoint.create(request.body, call(request))),
  )
  app.get(`${url}/:id`, { config: { scim: about.get } }, async (request, reply) =>
    send(reply, await endpoint.get(idOf(request), call(request))),
  )
  app.put<{ Body: Json }>(
    `${url}/:id`,
    { ...limits, config: { scim: about.replace } },
    async (request, reply) => send(reply, await endpoint.replace(idOf(request), request.body, call(request))),
  )
  app.patch<{ Body: Json }>(
    `${url}/:id`,
    { ...limits, config: { scim: about.patch } },
    async (request, reply) => send(reply, await endpoint.patch(idOf(request), request.body, call(request))),
  )
  app.delete(`${url}/:id`, { config: { scim: about.remove } }, async (request, reply) =>
    send(reply, await endpoint.remove(idOf(request), call(request))),
  )
  refuseOtherMethods(app, url, ['GET', 'POST'])
  refuseOtherMethods(app, `${url}/.search`, ['POST'])
  refuseOtherMethods(app, `${url}/:id`, ['GET', 'PUT', 'PATCH', 'DELETE'])
}

/** `publicUrl` is the URL that clients know the server by; by default what the Host header says. */
export const callOf = (request: FastifyRequest, publicUrl: string | undefined): Call => ({
  requestId: request.id,
  base: baseUrl(request, publicUrl),
  query: request.query,
  ifMatch: request.headers['if-match'],
  ifNoneMatch: request.headers['if-none-match'],
})

/** The URL of the SCIM service as the client knows it. */
export const baseUrl = (request: FastifyRequest, publicUrl: string | undefined): string =>
  `${publicUrl ?? `${request.protocol}://${request.host}`}/scim/v2`

export function send(reply: FastifyReply, { status, etag, location, body }: Answer): FastifyReply {
  reply.code(status)
  if (etag !== undefined) reply.header('etag', etag)
  if (location !== undefined) reply.header('location', location)
  if (body === undefined) return reply.send()
  return reply.type(scimJson).send(typeof body === 'string' ? body : Readable.from(body))
}

const Params = z.object({ id: z.string() })

const idOf = (request: FastifyRequest): string => Params.parse(request.params).id
