/** The token endpoint of single sign-on: client credentials grant, id and secret in the body or as Basic. */
import type { FastifyInstance } from 'fastify'
import { clientId, clientSecret, grantedScopes } from '../client.ts'
import { badRequest } from '../rejection.ts'
import type { Simulation } from '../simulation.ts'
import { tokenLifetime } from '../tokens.ts'

export function tokenRoute(app: FastifyInstance, simulation: Simulation): void {
  app.post('/sso/oauth2/token', async (request, reply) => {
    const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '')
    const { account } = simulation
    if (form.get('grant_type') !== 'client_credentials') throw badRequest('Unsupported grant_type')
    const [id, secret] = basic(request.headers.authorization) ?? [
      form.get('client_id'),
      form.get('client_secret'),
    ]
    if (id !== clientId || secret !== clientSecret) throw badRequest('Client authentication failed')
    const resource = form.get('resource') ?? `urn:dtaccount:${account.uuid}`
    if (resource !== `urn:dtaccount:${account.uuid}`) throw badRequest(`Resource ${resource} is not granted`)
    const asked = (form.get('scope') ?? '').split(' ').filter(scope => scope !== '')
    const scopes = asked.length === 0 ? grantedScopes : asked
    const refused = scopes.filter(scope => !grantedScopes.includes(scope))
    if (refused.length > 0) throw badRequest(`Scope not granted: ${refused.join(' ')}`)
    const subject = account.users.get(account.subjectEmail)
    if (subject?.status !== 'ACTIVE') throw badRequest('Subject user of the client is not active')
    reply.header('cache-control', 'no-store')
    return {
      scope: scopes.join(' '),
      token_type: 'Bearer',
      expires_in: tokenLifetime,
      access_token: simulation.tokens.issue(subject.uid, scopes),
      resource,
    }
  })
}

function basic(header: string | undefined): [string, string] | undefined {
  const [scheme, encoded = ''] = (header ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'basic') return undefined
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString().split(':')
  return [id, secret]
}
