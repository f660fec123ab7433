/** Everything below `/scim/v2`. */
import type { FastifyInstance } from 'fastify'
import type { Directory } from '../../directory/directory.ts'
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
}

export function registerScim(app: FastifyInstance, parts: ScimParts): void {
  registerScimAuth(app, parts.scimToken)
  app.setNotFoundHandler(answerNotFound)
  registerDiscovery(app, parts)
  registerUsers(app, parts)
  registerGroups(app, parts)
  registerUnsupported(app)
}
