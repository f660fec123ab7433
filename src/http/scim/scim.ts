/** Everything below `/scim/v2`. */
import type { FastifyInstance } from 'fastify'
import type { Directory } from '../../directory/directory.ts'
import type { SeenRefusal } from '../../directory/refusals.ts'
import { type Clock, systemClock } from '../../lib/clock.ts'
import { cursorKey, cursors } from '../../scim/cursor.ts'
import { type Dialects, lenient } from '../../scim/dialects/dialects.ts'
import { registerAnswersTogether } from '../plugins/answers-together.ts'
import { answerNotFound } from '../plugins/errors.ts'
import { type InFlightLimits, registerInFlight } from '../plugins/in-flight.ts'
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
  /** Requests under way at once; those beyond are answered with 429. */
  readonly inFlight?: InFlightLimits
  readonly onChange: () => void
  /** By default habits of identity providers against the RFCs are understood. */
  readonly dialects?: Dialects
  /** Told of refusals that operators should see; returns at once and does not throw. */
  readonly onRefusal?: (refusal: SeenRefusal) => void
  /** By which cursors expire. */
  readonly clock?: Clock
}

/** Okta's AIW apps send a group whole, with some 100 bytes a member, at every change of one: 100,000 must fit. */
const MAX_GROUP_BYTES = 16 * 1_048_576

export function registerScim(app: FastifyInstance, parts: ScimParts): void {
  const { clock = systemClock, dialects = lenient } = parts
  registerAnswersTogether(app)
  registerScimAuth(app, parts.scimToken, dialects)
  registerInFlight(app, parts.inFlight)
  app.setNotFoundHandler(answerNotFound)
  registerDiscovery(app, parts)
  const endpointParts = {
    ...parts,
    dialects,
    cursors: cursors(cursorKey(parts.scimToken), () => clock.now()),
  }
  const users = userKind(parts.directory, dialects)
  const groups = groupKind(parts.directory, dialects)
  const endpoints = [resourceEndpoint(users, endpointParts), resourceEndpoint(groups, endpointParts)] as const
  const [userEndpoint, groupEndpoint] = endpoints
  registerResource(app, userEndpoint, parts.publicUrl)
  registerResource(app, groupEndpoint, parts.publicUrl, { bodyLimit: MAX_GROUP_BYTES })
  registerBulk(app, endpoints, parts)
  registerRoot(app, [users, groups], endpointParts)
  registerUnsupported(app)
}
