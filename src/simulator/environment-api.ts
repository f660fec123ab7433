/** The APIs of the account's environments, each under `/e/{environment}`: access tokens, audit log, documents. */
import type { FastifyInstance } from 'fastify'
import { authorizeEnvironment } from './environment-authorization.ts'
import { apiTokenRoutes } from './routes/api-tokens.ts'
import { documentRoutes } from './routes/documents.ts'
import { environmentAuditRoutes } from './routes/environment-audit.ts'
import { organizationRoutes } from './routes/organization.ts'
import type { Simulation } from './simulation.ts'

export function environmentApi(app: FastifyInstance, simulation: Simulation): void {
  authorizeEnvironment(app, simulation)
  apiTokenRoutes(app, simulation)
  environmentAuditRoutes(app, simulation)
  documentRoutes(app, simulation)
  organizationRoutes(app, simulation)
}
