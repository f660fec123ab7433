/** `/ServiceProviderConfig`, `/ResourceTypes` and `/Schemas` (RFC 7644 §4). */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { resourceTypeDocuments, schemaDocuments, serviceProviderConfig } from '../../scim/discovery.ts'
import { ScimError } from '../../scim/error.ts'
import type { JsonObject } from '../../scim/json.ts'
import { listResponse } from '../../scim/page.ts'
import { configOperation, documentOperations } from '../description/scim-operations.ts'
import { scimJson } from './media-type.ts'
import { refuseOtherMethods } from './methods.ts'
import { baseUrl } from './resource-routes.ts'
import type { ScimParts } from './scim.ts'

const Params = z.object({ id: z.string() })

export function registerDiscovery(app: FastifyInstance, { publicUrl }: ScimParts): void {
  app.get('/ServiceProviderConfig', { config: { scim: configOperation } }, async (request, reply) => {
    refuseFilter(request)
    return reply.type(scimJson).send(serviceProviderConfig(baseUrl(request, publicUrl)))
  })
  refuseOtherMethods(app, '/ServiceProviderConfig', ['GET'])
  serve('/ResourceTypes', resourceTypeDocuments)
  serve('/Schemas', schemaDocuments)

  function serve(
    url: '/ResourceTypes' | '/Schemas',
    documents: (base: string) => readonly JsonObject[],
  ): void {
    const about = documentOperations(url)
    app.get(url, { config: { scim: about.list } }, async (request, reply) => {
      refuseFilter(request)
      const all = documents(baseUrl(request, publicUrl))
      return reply.type(scimJson).send(listResponse(all.length, 1, all))
    })
    app.get(`${url}/:id`, { config: { scim: about.get } }, async (request, reply) => {
      refuseFilter(request)
      const wanted = Params.parse(request.params).id
      const found = documents(baseUrl(request, publicUrl)).find(
        ({ id }) => typeof id === 'string' && id.toLowerCase() === wanted.toLowerCase(),
      )
      if (found === undefined) {
        throw new ScimError(
          404,
          undefined,
          `${url} has no ${JSON.stringify(wanted)}: see ${url} for all of them.`,
        )
      }
      return reply.type(scimJson).send(found)
    })
    refuseOtherMethods(app, url, ['GET'])
    refuseOtherMethods(app, `${url}/:id`, ['GET'])
  }
}

/** RFC 7644 §4: a filter here is answered with 403. */
function refuseFilter(request: FastifyRequest): void {
  const query = z.looseObject({}).parse(request.query)
  if (Object.hasOwn(query, 'filter')) {
    throw new ScimError(
      403,
      undefined,
      'The descriptions of the service cannot be filtered: ask without filter.',
    )
  }
}
