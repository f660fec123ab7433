/** The control plane `/_simulator`: what a test or a demo needs of an account that no API of the vendor gives. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { clientId } from '../client.ts'
import { read } from '../routes/body.ts'
import { add } from '../seed/add.ts'
import { adminToken } from '../seed/add-environment-things.ts'
import { addition } from '../seed/addition.ts'
import { adminEmail } from '../seed/sample.ts'
import { seeded } from '../seed/seed.ts'
import { seeds } from '../seed/seed-name.ts'
import type { Simulation } from '../simulation.ts'
import { applyEdit } from './apply-edit.ts'
import { clientRoutes } from './client.ts'
import { contractOperations } from './contract.ts'
import { controlPaths } from './control-paths.ts'
import { edit } from './edit.ts'
import { effectiveRoute } from './effective.ts'
import { faultRoutes } from './faults.ts'
import { snapshotRoutes } from './snapshot.ts'
import { stateOf } from './state.ts'
import { switchRoutes } from './switches.ts'

const count = z.int().min(0).optional()

const wholeSeed = z.strictObject({ seed: z.enum(seeds), users: count, groups: count, bindings: count })

export function controlRoutes(app: FastifyInstance, simulation: Simulation, url: () => string): void {
  app.get('/_simulator', async () => ({
    accountUuid: simulation.account.uuid,
    accountName: simulation.account.name,
    apiUrl: url(),
    ssoUrl: url(),
    tokenUrl: `${url()}/sso/oauth2/token`,
    clientId,
    clientSecret: simulation.client.secret,
    scopes: simulation.client.scopes,
    owner: simulation.account.ownerEmail,
    admin: adminEmail,
    subjectUser: simulation.account.subjectEmail,
    environments: [...simulation.account.environments.values()].map(({ id, name, active }) => ({
      id,
      name,
      active,
      url: `${url()}/e/${id}`,
      apiToken: adminToken(id),
    })),
    controls: controlPaths,
  }))

  effectiveRoute(app, simulation)
  switchRoutes(app, simulation)
  clientRoutes(app, simulation)

  app.get('/_simulator/state', async () => stateOf(simulation.account))

  app.post('/_simulator/seed', async request => {
    if (isWhole(request.body)) {
      const { seed, ...size } = read(wholeSeed, request.body)
      simulation.account = seeded(seed, simulation.clock, size)
    } else add(simulation.account, read(addition, request.body))
    return { seeded: true }
  })

  app.post('/_simulator/edit', async request => {
    const change = read(edit, request.body)
    applyEdit(simulation.account, change)
    return { done: change.do }
  })

  app.get('/_simulator/contract', async () => ({ operations: contractOperations() }))

  app.get('/_simulator/calls', async () => simulation.calls.counts())

  app.delete('/_simulator/calls', async (_request, reply) => {
    simulation.calls.reset()
    return reply.code(204).send()
  })

  faultRoutes(app, simulation)
  snapshotRoutes(app, simulation)

  app.delete('/_simulator/tokens', async (_request, reply) => {
    simulation.tokens.revokeAll()
    return reply.code(204).send()
  })
}

const isWhole = (body: unknown): boolean => typeof body === 'object' && body !== null && 'seed' in body
