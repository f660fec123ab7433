/** Environments of the account: version 1 knows management zones, version 2 knows which are active. */
import type { FastifyInstance } from 'fastify'
import { environmentUrl } from '../account/environments.ts'
import type { Simulation } from '../simulation.ts'

export function environmentRoutes(app: FastifyInstance, simulation: Simulation): void {
  const reading = { config: { scopes: ['account-env-read'] } }
  const all = () => [...simulation.account.environments.values()]

  app.get('/env/v1/accounts/:account/environments', reading, async () => ({
    tenantResources: all().map(({ id, name }) => ({ name, id })),
    managementZoneResources: all().flatMap(environment =>
      environment.managementZones.map(({ id, name }) => ({ parent: environment.id, name, id })),
    ),
  }))

  app.get('/env/v2/accounts/:account/environments', reading, async () => ({
    data: all().map(environment => ({
      id: environment.id,
      name: environment.name,
      active: environment.active,
      url: environmentUrl(environment),
    })),
  }))

  // Only Managed accounts have clusters.
  app.get('/env/v2/accounts/:account/clusters', reading, async () => ({ data: [] }))
}
