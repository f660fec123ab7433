/** From which addresses an environment may be reached: `/env/v1/accounts/{account}/environments/{id}/ip-allowlist`. */
import { isIP } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Allowlist } from '../account/objects.ts'
import { badRequest, notFound } from '../rejection.ts'
import type { Simulation } from '../simulation.ts'
import { read } from './body.ts'

const allowlistBody = z.object({
  enabled: z.boolean(),
  allowWebhookOverride: z.boolean(),
  allowlist: z.array(z.object({ name: z.string(), ipRange: z.string() })),
})

const open: Allowlist = { enabled: false, allowWebhookOverride: false, allowlist: [] }

export function allowlistRoutes(app: FastifyInstance, simulation: Simulation): void {
  const path = '/env/v1/accounts/:account/environments/:environment/ip-allowlist'
  const known = (id: string) => {
    if (!simulation.account.environments.has(id)) throw notFound(`Environment ${id} not found`)
    return id
  }

  app.get<{ Params: { environment: string } }>(
    path,
    { config: { scopes: ['account-env-read'] } },
    async request => simulation.account.allowlists.get(known(request.params.environment)) ?? open,
  )

  app.put<{ Params: { environment: string } }>(
    path,
    { config: { scopes: ['account-env-write'] } },
    async (request, reply) => {
      const environment = known(request.params.environment)
      const given = read(allowlistBody, request.body)
      // An empty list that counts would lock everybody out.
      if (given.enabled && given.allowlist.length === 0) throw badRequest('allowlist should not be empty')
      const wrong = given.allowlist.find(entry => !isRange(entry.ipRange))
      if (wrong !== undefined) throw badRequest(`ipRange ${wrong.ipRange} is not an address or a range`)
      simulation.account.allowlists.set(environment, given)
      return reply.code(201).send(given)
    },
  )
}

/** An address, or an address and the length of its prefix. */
function isRange(text: string): boolean {
  const [address = '', prefix, more] = text.split('/')
  const version = isIP(address)
  if (version === 0 || more !== undefined) return false
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128))
}
