/** Everything below `/scim/v2`. */
import type { FastifyInstance } from 'fastify'
import type { Directory } from '../../directory/directory.ts'
import { type Clock, systemClock } from '../../lib/clock.ts'
import { type Cursors, cursorKey, cursors } from '../../scim/cursor.ts'
import { answerNotFound } from '../plugins/errors.ts'
import { registerScimAuth } from '../plugins/scim-auth.ts'
import { registerDiscovery } from './discovery.ts'
import { registerGroups } from './groups.ts'
import { registerUnsupported } from './methods.ts'
import { registerUsers } from './users.ts'

export interface ScimParts {
  readonly directory: Directory
  readonly scimToken: string
  readonly publicUrl?: string
  readonly onChange: () => void
  /** By which cursors expire. */
  readonly clock?: Clock
}

export interface ScimRoutes extends ScimParts {
  readonly cursors: Cursors
}

export function registerScim(app: FastifyInstance, parts: ScimParts): void {
  registerScimAuth(app, parts.scimToken)
  app.setNotFoundHandler(answerNotFound)
  registerDiscovery(app, parts)
  const { clock = systemClock } = parts
  const routes = { ...parts, cursors: cursors(cursorKey(parts.scimToken), () => clock.now()) }
  registerUsers(app, routes)
  registerGroups(app, routes)
  registerUnsupported(app)
}
