/** The control plane `/_simulator`: what a test or a demo needs of an account that no API of the vendor gives. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { clientId, clientSecret, grantedScopes } from '../client.ts'
import { faultKinds } from '../faults.ts'
import { read } from '../routes/body.ts'
import { add } from '../seed/add.ts'
import { adminToken } from '../seed/add-environment-things.ts'
import { addition } from '../seed/addition.ts'
import { adminEmail } from '../seed/sample.ts'
import { seeded } from '../seed/seed.ts'
import type { Simulation } from '../simulation.ts'
import { applyEdit } from './apply-edit.ts'
import { contractOperations } from './contract.ts'
import { edit } from './edit.ts'
import { effectiveRoute } from './effective.ts'
import { stateOf } from './state.ts'

const wholeSeed = z.strictObject({ seed: z.enum(['sample', 'empty']) })

const faultBody = z.strictObject({
  match: z.strictObject({ method: z.string().optional(), path: z.string().optional() }).default({}),
  fault: z.enum(faultKinds),
  status: z.number().int().min(200).max(599).optional(),
  retryAfter: z.number().min(0).optional(),
  delayMs: z.number().min(0).optional(),
  times: z.number().int().min(1).default(1),
})

export function controlRoutes(app: FastifyInstance, simulation: Simulation, url: () => string): void {
  app.get('/_simulator', async () => ({
    accountUuid: simulation.account.uuid,
    accountName: simulation.account.name,
    apiUrl: url(),
    ssoUrl: url(),
    tokenUrl: `${url()}/sso/oauth2/token`,
    clientId,
    clientSecret,
    scopes: grantedScopes,
    owner: simulation.account.ownerEmail,
    admin: adminEmail,
    subjectUser: simulation.account.subjectEmail,
    environments: [...simulation.account.environments.values()].map(({ id, name, active }) => ({
      id,
      name,
      active,
      apiToken: adminToken(id),
    })),
  }))

  effectiveRoute(app, simulation)

  app.get('/_simulator/state', async () => stateOf(simulation.account))

  app.post('/_simulator/seed', async request => {
    const whole = wholeSeed.safeParse(request.body)
    if (whole.success) simulation.account = seeded(whole.data.seed, simulation.clock)
    else add(simulation.account, read(addition, request.body))
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

  app.get('/_simulator/faults', async () => ({ faults: simulation.faults.list() }))

  app.post('/_simulator/faults', async (request, reply) =>
    reply.code(201).send(simulation.faults.add(read(faultBody, request.body))),
  )

  app.delete('/_simulator/faults', async (_request, reply) => {
    simulation.faults.clear()
    return reply.code(204).send()
  })

  app.delete('/_simulator/tokens', async (_request, reply) => {
    simulation.tokens.revokeAll()
    return reply.code(204).send()
  })
}
