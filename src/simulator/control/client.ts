/** `/_simulator/client`: what an administrator does to the OAuth client: other scopes, secret, subject, or none at all. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { nearest } from '../../lib/nearest.ts'
import { userNamed } from '../account/named.ts'
import { clientId, grantedScopes } from '../client.ts'
import { badRequest } from '../rejection.ts'
import { read } from '../routes/body.ts'
import type { Simulation } from '../simulation.ts'

const change = z.strictObject({
  /** All of them, not those to add. */
  scopes: z.array(z.string()).optional(),
  secret: z.string().min(1).optional(),
  /** The e-mail of a user of the account. */
  subject: z.string().optional(),
  /** `false` revokes the client: no more tokens, and those it has end at once. */
  active: z.boolean().optional(),
})

export function clientRoutes(app: FastifyInstance, simulation: Simulation): void {
  app.get('/_simulator/client', async () => clientView(simulation))

  app.put('/_simulator/client', async request => {
    const { subject, ...given } = read(change, request.body)
    for (const scope of given.scopes ?? []) checkKnown(scope)
    const user = subject === undefined ? undefined : userNamed(simulation.account, subject)
    const { client, account } = simulation
    simulation.client = {
      secret: given.secret ?? client.secret,
      scopes: given.scopes ?? client.scopes,
      active: given.active ?? client.active,
    }
    if (user !== undefined) account.subjectEmail = user.email
    if (given.active === false) simulation.tokens.revokeAll()
    return clientView(simulation)
  })
}

/** A misspelt scope would take the right one away without a word. */
function checkKnown(scope: string): void {
  if (grantedScopes.includes(scope)) return
  const near = nearest(scope, grantedScopes)
  const hint = near === undefined ? `the scopes are ${grantedScopes.join(', ')}` : `did you mean ${near}?`
  throw badRequest(`There is no scope ${scope}: ${hint}`)
}

const clientView = ({ client, account }: Simulation) => ({
  clientId,
  secret: client.secret,
  scopes: client.scopes,
  subject: account.subjectEmail,
  active: client.active,
})
