/** Answers for methods and endpoints of SCIM that this server does not have. */
import type { FastifyInstance, HTTPMethods } from 'fastify'
import { ScimError } from '../../scim/error.ts'

const ALL: readonly HTTPMethods[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'QUERY',
]

/** 405 with an Allow header, before a body is looked at, for the methods that `url` does not have. */
export function refuseOtherMethods(app: FastifyInstance, url: string, allowed: readonly HTTPMethods[]): void {
  // The framework answers HEAD wherever there is a GET.
  const taken = new Set<HTTPMethods>(allowed.includes('GET') ? [...allowed, 'HEAD'] : allowed)
  refuse(
    app,
    url,
    ALL.filter(method => !taken.has(method)),
    (method, allow) => {
      allow([...taken].join(', '))
      return new ScimError(405, undefined, `${method} is not possible here: use ${[...taken].join(', ')}.`)
    },
  )
}

/** 501 for the alias of the user who asks (RFC 7644 §3.11): a provisioning client is none. */
export function registerUnsupported(app: FastifyInstance): void {
  refuse(app, '/Me', ALL, () => {
    return new ScimError(501, undefined, 'This server has no /Me endpoint: use /Users and /Groups.')
  })
}

function refuse(
  app: FastifyInstance,
  url: string,
  methods: readonly HTTPMethods[],
  error: (method: string, allow: (methods: string) => void) => ScimError,
): void {
  app.route({
    method: [...methods],
    url,
    exposeHeadRoute: false,
    onRequest: async (request, reply) => {
      throw error(request.method, allowed => reply.header('allow', allowed))
    },
    handler: async () => undefined,
  })
}
