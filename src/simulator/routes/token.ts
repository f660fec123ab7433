/** The token endpoint of single sign-on: client credentials grant, id and secret in the body or as Basic. */
import type { FastifyInstance } from 'fastify'
import { type Account, findUser } from '../account.ts'
import { clientId, isEnvironmentScope } from '../client.ts'
import { SsoRejection } from '../rejection.ts'
import type { Simulation } from '../simulation.ts'
import { tokenLifetime } from '../tokens.ts'

export function tokenRoute(app: FastifyInstance, simulation: Simulation): void {
  app.post('/sso/oauth2/token', async (request, reply) => {
    const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '')
    checkGrant(form)
    checkClient(simulation, request.headers.authorization, form)
    const resource = grantedResource(simulation.account, form)
    const scopes = grantedScopes(simulation, form, resource)
    const subject = findUser(simulation.account, simulation.account.subjectEmail)
    if (subject?.status !== 'ACTIVE') {
      throw new SsoRejection('invalid_client', 'Subject user of the client is not active')
    }
    const fault = request.lateFault
    const uses = fault?.fault === 'short-lived-token' ? (fault.uses ?? 1) : undefined
    reply.header('cache-control', 'no-store')
    return {
      scope: scopes.join(' '),
      token_type: 'Bearer',
      expires_in: tokenLifetime,
      access_token: simulation.tokens.issue({ subject: subject.uid, scopes, resource }, uses),
      resource,
    }
  })
}

function checkGrant(form: URLSearchParams): void {
  const grant = form.get('grant_type')
  if (grant === null) throw new SsoRejection('invalid_request', 'Missing parameter: grant_type')
  if (grant !== 'client_credentials') {
    throw new SsoRejection('unsupported_grant_type', `Unsupported grant_type ${grant}`)
  }
}

/** One answer to everything wrong with the credentials: it must not tell which half of them is right. */
function checkClient({ client }: Simulation, header: string | undefined, form: URLSearchParams): void {
  const [id, secret] = basic(header) ?? [form.get('client_id'), form.get('client_secret')]
  if (id === null || secret === null) {
    throw new SsoRejection('invalid_request', 'Missing parameter: client_id and client_secret')
  }
  if (id !== clientId || secret !== client.secret || !client.active) {
    throw new SsoRejection('invalid_client', 'Client authentication failed')
  }
}

/** The account unless something else is asked for: this account, or one of its environments that is active. */
function grantedResource(account: Account, form: URLSearchParams): string {
  const own = `urn:dtaccount:${account.uuid}`
  const resource = form.get('resource') ?? own
  const environmentId = /^urn:dtenvironment:(.+)$/.exec(resource)?.[1] ?? ''
  if (resource !== own && account.environments.get(environmentId)?.active !== true) {
    throw new SsoRejection('invalid_request', `Resource ${resource} is not granted`)
  }
  return resource
}

/** Those that are asked for or else all that fit the resource. One that was not granted fails the whole request. */
function grantedScopes({ client }: Simulation, form: URLSearchParams, resource: string): readonly string[] {
  const forEnvironment = resource.startsWith('urn:dtenvironment:')
  const fitting = client.scopes.filter(scope => isEnvironmentScope(scope) === forEnvironment)
  const asked = [...new Set((form.get('scope') ?? '').split(' ').filter(scope => scope !== ''))]
  const refused = asked.filter(scope => !fitting.includes(scope))
  if (refused.length > 0) {
    throw new SsoRejection('invalid_scope', `Scope not granted for ${resource}: ${refused.join(' ')}`)
  }
  return asked.length === 0 ? fitting : asked
}

/** RFC 6749 §2.3.1: both halves are encoded as in a form. */
function basic(header: string | undefined): [string, string] | undefined {
  const [scheme, encoded = ''] = (header ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'basic') return undefined
  const text = Buffer.from(encoded, 'base64').toString()
  const colon = text.indexOf(':')
  if (colon === -1) return [decoded(text), '']
  return [decoded(text.slice(0, colon)), decoded(text.slice(colon + 1))]
}

/** Text that is not encoded well stays as it is: it will not be the secret. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
