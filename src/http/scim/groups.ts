/** `/scim/v2/Groups` (RFC 7644 §3). Members are read only for answers that show them. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { DirectoryGroup, GroupChange, Member } from '../../directory/directory.ts'
import { splitGroupPatch } from '../../scim/group-patch.ts'
import type { Json, JsonObject } from '../../scim/json.ts'
import { membersIn } from '../../scim/members.ts'
import { isObject, normaliseResource } from '../../scim/normalise.ts'
import { applyPatch } from '../../scim/patch.ts'
import { parsePatchRequest } from '../../scim/patch-request.ts'
import { type Projection, project, shows } from '../../scim/projection.ts'
import { locationOf, toResource, versionOf } from '../../scim/resource.ts'
import { groupType } from '../../scim/schema/group.ts'
import { userType } from '../../scim/schema/user.ts'
import { scimJson } from './media-type.ts'
import { refuseOtherMethods } from './methods.ts'
import {
  baseUrl,
  causeOf,
  checkVersion,
  isKnownToClient,
  notFound,
  readId,
  readProjection,
  readSearch,
  type Search,
} from './request.ts'
import type { ScimRoutes } from './scim.ts'

export function registerGroups(
  app: FastifyInstance,
  { directory, onChange, publicUrl, cursors }: ScimRoutes,
): void {
  app.get('/Groups', async (request, reply) =>
    list(request, reply, readSearch(request.query, groupType, cursors)),
  )
  app.post('/Groups/.search', async (request, reply) =>
    list(request, reply, readSearch(request.body, groupType, cursors)),
  )
  app.get('/Groups/:id', async (request, reply) => {
    const projection = readProjection(request, groupType)
    const id = readId(request, groupType)
    const group = await directory.findGroup(id)
    if (group === undefined) throw notFound(id, groupType)
    if (isKnownToClient(request, group)) return reply.code(304).header('etag', versionOf(group)).send()
    return answer(request, reply, group, projection)
  })
  app.post<{ Body: Json }>('/Groups', async (request, reply) => {
    const projection = readProjection(request, groupType)
    const attributes = normaliseResource(request.body, groupType)
    const members = (isObject(request.body) ? membersIn(request.body) : undefined) ?? []
    const added = members.length === 0 ? [] : [{ kind: 'add' as const, members }]
    const group = await directory.createGroup(attributes, added, causeOf(request))
    onChange()
    reply.code(201).header('location', locationOf(group.id, groupType, baseUrl(request, publicUrl)))
    return answer(request, reply, group, projection)
  })
  app.put<{ Body: Json }>('/Groups/:id', async (request, reply) => {
    const projection = readProjection(request, groupType)
    const attributes = normaliseResource(request.body, groupType)
    // What a PUT leaves out may be cleared or kept (RFC 7644 §3.5.1). Members are kept: a client that read
    // the group without them, as Entra does, must not empty it by writing back what it read.
    const members = isObject(request.body) ? membersIn(request.body) : undefined
    const group = await change(request, () => ({
      attributes,
      members: members === undefined ? [] : [{ kind: 'replace', members }],
    }))
    return answer(request, reply, group, projection)
  })
  app.patch<{ Body: Json }>('/Groups/:id', async (request, reply) => {
    const projection = readProjection(request, groupType)
    const { attributeOperations, members } = splitGroupPatch(parsePatchRequest(request.body))
    const group = await change(request, ({ attributes }) => ({
      attributes:
        attributeOperations.length === 0 ? undefined : applyPatch(attributes, attributeOperations, groupType),
      members,
    }))
    // Entra asks for 204; whoever names attributes wants to see them (RFC 7644 §3.5.2).
    if (projection.kind === 'all') return reply.code(204).header('etag', versionOf(group)).send()
    return answer(request, reply, group, projection)
  })
  app.delete('/Groups/:id', async (request, reply) => {
    const id = readId(request, groupType)
    if (request.headers['if-match'] !== undefined) {
      const group = await directory.findGroup(id)
      if (group !== undefined) checkVersion(request, group)
    }
    await directory.deleteGroup(id, causeOf(request))
    onChange()
    return reply.code(204).send()
  })
  refuseOtherMethods(app, '/Groups', ['GET', 'POST'])
  refuseOtherMethods(app, '/Groups/.search', ['POST'])
  refuseOtherMethods(app, '/Groups/:id', ['GET', 'PUT', 'PATCH', 'DELETE'])

  async function change(
    request: FastifyRequest,
    next: (group: DirectoryGroup) => GroupChange,
  ): Promise<DirectoryGroup> {
    const checked = (group: DirectoryGroup): GroupChange => {
      checkVersion(request, group)
      return next(group)
    }
    const group = await directory.changeGroup(readId(request, groupType), checked, causeOf(request))
    onChange()
    return group
  }

  async function list(
    request: FastifyRequest,
    reply: FastifyReply,
    { page, projection, listed }: Search,
  ): Promise<FastifyReply> {
    const found = await directory.listGroups(page)
    const { items } = found
    const base = baseUrl(request, publicUrl)
    const members = await membersOf(items, projection)
    const resources = items.map(group => groupResource(group, members.get(group.id) ?? [], base, projection))
    return reply.type(scimJson).send(listed(found, resources))
  }

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    group: DirectoryGroup,
    projection: Projection,
  ): Promise<FastifyReply> {
    const members = await membersOf([group], projection)
    const base = baseUrl(request, publicUrl)
    return reply
      .header('etag', versionOf(group))
      .type(scimJson)
      .send(groupResource(group, members.get(group.id) ?? [], base, projection))
  }

  async function membersOf(
    groups: readonly DirectoryGroup[],
    projection: Projection,
  ): Promise<ReadonlyMap<string, readonly Member[]>> {
    if (groups.length === 0 || !shows(projection, 'members')) return new Map()
    return directory.membersOf(groups.map(({ id }) => id))
  }
}

function groupResource(
  group: DirectoryGroup,
  members: readonly Member[],
  base: string,
  projection: Projection,
): JsonObject {
  const derived = members.map(({ id, kind, display }) => ({
    value: id,
    $ref: locationOf(id, kind === 'Group' ? groupType : userType, base),
    type: kind,
    ...(display === undefined ? {} : { display }),
  }))
  return project(
    toResource(group, groupType, base, derived.length === 0 ? {} : { members: derived }),
    projection,
  )
}
