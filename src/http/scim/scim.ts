/** Everything below `/scim/v2`. */
import type { FastifyInstance } from 'fastify'
import type { Directory } from '../../directory/directory.ts'
import { type Clock, systemClock } from '../../lib/clock.ts'
import { cursorKey, cursors } from '../../scim/cursor.ts'
import { type Dialects, lenient } from '../../scim/dialects/dialects.ts'
import { answerNotFound } from '../plugins/errors.ts'
import { registerScimAuth } from '../plugins/scim-auth.ts'
import { registerBulk } from './bulk.ts'
import { registerDiscovery } from './discovery.ts'
import { groupKind } from './groups.ts'
import { registerUnsupported } from './methods.ts'
import { resourceEndpoint } from './resource-endpoint.ts'
import { registerResource } from './resource-routes.ts'
import { registerRoot } from './root.ts'
import { userKind } from './users.ts'

export interface ScimParts {
  readonly directory: Directory
  readonly scimToken: string
  readonly publicUrl?: string
  readonly onChange: () => void
  /** By default habits of identity providers against the RFCs are understood. */
  readonly dialects?: Dialects
  /** By which cursors expire. */
  readonly clock?: Clock
}

export function registerScim(app: FastifyInstance, parts: ScimParts): void {
  const { clock = systemClock, dialects = lenient } = parts
  registerScimAuth(app, parts.scimToken, dialects)
  app.setNotFoundHandler(answerNotFound)
  registerDiscovery(app, parts)
  const endpointParts = {
    ...parts,
    dialects,
    cursors: cursors(cursorKey(parts.scimToken), () => clock.now()),
  }
  const users = userKind(parts.directory, dialects)
  const groups = groupKind(parts.directory, dialects)
  const endpoints = [resourceEndpoint(users, endpointParts), resourceEndpoint(groups, endpointParts)]
  for (const endpoint of endpoints) registerResource(app, endpoint, parts.publicUrl)
  registerBulk(app, endpoints, parts.publicUrl)
  registerRoot(app, [users, groups], endpointParts)
  registerUnsupported(app)
}
