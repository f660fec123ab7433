/** Talks to a bridge in another process as an identity provider and as an operator, over HTTP. */
import { request } from 'undici'
import { eventually } from './processes.ts'
import { SCIM_TOKEN } from './world.ts'

export const ADMIN_TOKEN = 'admin-token-for-tests'

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
type Headers = Readonly<Record<string, string>>

export type BridgeClient = ReturnType<typeof bridgeClient>

/** Rejects when the bridge does not answer; every answer is given back, whatever its status. */
export function bridgeClient(
  { url }: { readonly url: string },
  tokens: { readonly scim: string; readonly admin: string } = { scim: SCIM_TOKEN, admin: ADMIN_TOKEN },
) {
  async function call(method: Method, path: string, body?: object | string, headers: Headers = {}) {
    const answer = await request(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${path.startsWith('/scim') ? tokens.scim : tokens.admin}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.body.text()
    const isJson = String(answer.headers['content-type']).includes('json')
    return { status: answer.statusCode, headers: answer.headers, body: isJson ? JSON.parse(text) : text }
  }
  const scim = (method: Method, path: string, body?: object | string, headers?: Headers) =>
    call(method, `/scim/v2${path}`, body, headers)

  return {
    call,
    scim,
    createUser: (name: string, more: object = {}, headers?: Headers) =>
      scim('POST', '/Users', { schemas: [USER], userName: addressOf(name), active: true, ...more }, headers),
    createGroup: (displayName: string, members: readonly string[] = [], headers?: Headers) =>
      scim(
        'POST',
        '/Groups',
        { schemas: [GROUP], displayName, members: members.map(value => ({ value })) },
        headers,
      ),
    patch: (path: string, operation: object, headers?: Headers) =>
      scim('PATCH', path, { schemas: [PATCH_OP], Operations: [operation] }, headers),
    /** Every resource of one kind, page by page. */
    async all(kind: 'Users' | 'Groups') {
      const resources = []
      for (;;) {
        const { status, body } = await scim('GET', `/${kind}?startIndex=${resources.length + 1}&count=100`)
        if (status !== 200) throw new Error(`listing ${kind}: ${status} ${JSON.stringify(body)}`)
        resources.push(...(body.Resources ?? []))
        if (resources.length >= body.totalResults) return resources
      }
    },
    async readiness() {
      const { status, body } = await call('GET', '/health/ready')
      return { http: status, ...body }
    },
    async leads(): Promise<boolean> {
      const { body } = await call('GET', '/metrics')
      return /^scim_bridge_leader 1$/m.test(body)
    },
    /** Asks for a run and answers its record once it has finished. */
    async run(mode: 'plan' | 'apply') {
      const queued = await call('POST', '/api/v1/reconcile', { mode })
      if (queued.status !== 202) throw new Error(JSON.stringify(queued.body))
      return eventually(
        `the ${mode} run ends`,
        async () => {
          const { body } = await call('GET', `/api/v1/reconcile/runs/${queued.body.id}`)
          return body.status !== 'queued' && body.status !== 'running' && body
        },
        40_000,
      )
    },
  }
}

export function addressOf(name: string): string {
  return `${name}@acme.example`
}
