/** `/scim/v2/Users` (RFC 7644 §3). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { DirectoryUser, GroupOfUser } from '../../directory/directory.ts'
import type { Json, JsonObject } from '../../scim/json.ts'
import { normaliseResource } from '../../scim/normalise.ts'
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

export function registerUsers(
  app: FastifyInstance,
  { directory, onChange, publicUrl, cursors }: ScimRoutes,
): void {
  app.get('/Users', async (request, reply) =>
    list(request, reply, readSearch(request.query, userType, cursors)),
  )
  app.post('/Users/.search', async (request, reply) =>
    list(request, reply, readSearch(request.body, userType, cursors)),
  )
  app.get('/Users/:id', async (request, reply) => {
    const projection = readProjection(request, userType)
    const id = readId(request, userType)
    const user = await directory.findUser(id)
    if (user === undefined) throw notFound(id, userType)
    if (isKnownToClient(request, user)) return reply.code(304).header('etag', versionOf(user)).send()
    return answer(request, reply, user, projection)
  })
  app.post<{ Body: Json }>('/Users', async (request, reply) => {
    const projection = readProjection(request, userType)
    const attributes = withActive(normaliseResource(request.body, userType), true)
    const user = await directory.createUser(attributes, causeOf(request))
    onChange()
    reply.code(201).header('location', locationOf(user.id, userType, baseUrl(request, publicUrl)))
    return answer(request, reply, user, projection)
  })
  app.put<{ Body: Json }>('/Users/:id', async (request, reply) => {
    const attributes = normaliseResource(request.body, userType)
    return change(request, reply, user => withActive(attributes, user.active))
  })
  app.patch<{ Body: Json }>('/Users/:id', async (request, reply) => {
    const operations = parsePatchRequest(request.body)
    return change(request, reply, user =>
      withActive(applyPatch(user.attributes, operations, userType), user.active),
    )
  })
  app.delete('/Users/:id', async (request, reply) => {
    const id = readId(request, userType)
    if (request.headers['if-match'] !== undefined) {
      const user = await directory.findUser(id)
      if (user !== undefined) checkVersion(request, user)
    }
    await directory.deleteUser(id, causeOf(request))
    onChange()
    return reply.code(204).send()
  })
  refuseOtherMethods(app, '/Users', ['GET', 'POST'])
  refuseOtherMethods(app, '/Users/.search', ['POST'])
  refuseOtherMethods(app, '/Users/:id', ['GET', 'PUT', 'PATCH', 'DELETE'])

  async function change(
    request: FastifyRequest,
    reply: FastifyReply,
    next: (user: DirectoryUser) => JsonObject,
  ): Promise<FastifyReply> {
    const projection = readProjection(request, userType)
    const checked = (user: DirectoryUser): JsonObject => {
      checkVersion(request, user)
      return next(user)
    }
    const user = await directory.changeUser(readId(request, userType), checked, causeOf(request))
    onChange()
    return answer(request, reply, user, projection)
  }

  async function list(
    request: FastifyRequest,
    reply: FastifyReply,
    { page, projection, listed }: Search,
  ): Promise<FastifyReply> {
    const found = await directory.listUsers(page)
    const { items } = found
    const base = baseUrl(request, publicUrl)
    const groups = await groupsOf(items, projection)
    const resources = items.map(user => userResource(user, groups.get(user.id) ?? [], base, projection))
    return reply.type(scimJson).send(listed(found, resources))
  }

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    user: DirectoryUser,
    projection: Projection,
  ): Promise<FastifyReply> {
    const groups = await groupsOf([user], projection)
    const base = baseUrl(request, publicUrl)
    return reply
      .header('etag', versionOf(user))
      .type(scimJson)
      .send(userResource(user, groups.get(user.id) ?? [], base, projection))
  }

  async function groupsOf(
    users: readonly DirectoryUser[],
    projection: Projection,
  ): Promise<ReadonlyMap<string, readonly GroupOfUser[]>> {
    if (users.length === 0 || !shows(projection, 'groups')) return new Map()
    return directory.groupsOfUsers(users.map(({ id }) => id))
  }
}

/** `active` is never reset by being left out: a PUT without it must not bring a leaver back. */
const withActive = (attributes: JsonObject, active: boolean): JsonObject =>
  attributes.active === undefined ? { ...attributes, active } : attributes

function userResource(
  user: DirectoryUser,
  groups: readonly GroupOfUser[],
  base: string,
  projection: Projection,
): JsonObject {
  const derived = groups.map(({ id, displayName }) => ({
    value: id,
    $ref: locationOf(id, groupType, base),
    display: displayName,
    type: 'direct',
  }))
  return project(
    toResource(user, userType, base, derived.length === 0 ? {} : { groups: derived }),
    projection,
  )
}
