/** `/scim/v2/Bulk`: many operations in one request (RFC 7644 §3.7). */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { unreachable } from '../../lib/errors.ts'
import type { BulkAnswer } from '../../scim/bulk-answer.ts'
import { maxBulkPayload, parseBulkRequest } from '../../scim/bulk-request.ts'
import { type BulkCall, runBulk } from '../../scim/bulk-run.ts'
import type { Json } from '../../scim/json.ts'
import { groupType } from '../../scim/schema/group.ts'
import { bulkOperation } from '../description/scim-operations.ts'
import { problemOf } from '../plugins/errors.ts'
import { refusalIn } from '../plugins/refusals.ts'
import type { Answer, Call, ResourceEndpoint } from './answer.ts'
import { scimJson } from './media-type.ts'
import { refuseOtherMethods } from './methods.ts'
import { callOf } from './resource-routes.ts'
import type { ScimParts } from './scim.ts'

export function registerBulk(
  app: FastifyInstance,
  endpoints: readonly ResourceEndpoint[],
  { publicUrl, onRefusal }: Pick<ScimParts, 'publicUrl' | 'onRefusal'>,
): void {
  app.post<{ Body: Json }>(
    '/Bulk',
    { bodyLimit: maxBulkPayload, config: { scim: bulkOperation } },
    async (request, reply) => {
      const asked = parseBulkRequest(request.body)
      const answer = await runBulk(asked, partsFor(request))
      return reply.type(scimJson).send(JSON.stringify(answer))
    },
  )
  refuseOtherMethods(app, '/Bulk', ['POST'])

  function partsFor(request: FastifyRequest) {
    const call = callOf(request, publicUrl)
    return {
      base: call.base,
      types: endpoints.map(({ type }) => type),
      problemOf: (thrown: unknown) => problemOf(thrown, request),
      perform: (bulkCall: BulkCall) => perform(bulkCall, call),
    }
  }

  async function perform(
    { target, data, version }: BulkCall,
    { requestId, base }: Call,
  ): Promise<BulkAnswer> {
    const endpoint = endpoints.find(({ type }) => type === target.type)
    if (endpoint === undefined) throw new TypeError(`no endpoint for ${target.type.name}`)
    // Resources are not shown in the answer, so that only the least of each is read.
    const call = { requestId, base, query: { attributes: 'id' }, ifMatch: version, ifNoneMatch: undefined }
    try {
      return await carriedOut(endpoint, { target, data, version }, call)
    } catch (error) {
      const groupId = target.kind === 'create' || target.type !== groupType ? undefined : target.id
      const refusal = refusalIn(error, { requestId, groupId })
      if (refusal !== undefined) onRefusal?.(refusal)
      throw error
    }
  }
}

function carriedOut(endpoint: ResourceEndpoint, { target, data }: BulkCall, call: Call): Promise<Answer> {
  switch (target.kind) {
    case 'create':
      return endpoint.create(data, { ...call, ifMatch: undefined })
    case 'replace':
      return endpoint.replace(target.id, data, call)
    case 'patch':
      return endpoint.patch(target.id, data, call)
    case 'remove':
      return endpoint.remove(target.id, call)
    default:
      return unreachable(target)
  }
}
