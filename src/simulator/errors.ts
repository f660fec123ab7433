/**
 * The error bodies of a Dynatrace account: one family for users, groups, environments and audit, one for
 * policies, bindings and boundaries, one of the framework, and the one of the token endpoint.
 */
import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../lib/log.ts'
import { environmentEnvelope, isEnvironmentPath } from './environment-error.ts'
import { Rejection, SsoRejection } from './rejection.ts'

/** The body for an error of this status on this path. */
export function envelope(
  path: string,
  status: number,
  message: string,
  errorsMap: Readonly<Record<string, string>> | undefined = undefined,
): unknown {
  if (path.startsWith('/_simulator')) return { error: message }
  if (path.startsWith('/sso/')) return { error: ssoCode(status), error_description: message }
  if (path.startsWith('/iam/v1/repo/') || path.startsWith('/iam/v1/resolution/')) {
    return { error: { code: status, message, errorsMap: errorsMap ?? null } }
  }
  if (isEnvironmentPath(path)) return environmentEnvelope(path, status, message)
  return { error: true, message, payload: null }
}

/** Makes every thrown error and every unknown route answer in the vendor's shapes. */
export function answerErrors(app: FastifyInstance, log: Log): void {
  app.setNotFoundHandler((request, reply) => {
    const path = pathOf(request)
    const message = `Cannot ${request.method} ${path}`
    if (isEnvironmentPath(path)) return reply.code(404).send(environmentEnvelope(path, 404, message))
    return reply.code(404).send({ statusCode: 404, message, error: 'Not Found' })
  })
  app.setErrorHandler<FastifyError | Rejection>((error, request, reply) => {
    if (error instanceof Rejection) return reject(request, reply, error)
    const status = error.statusCode ?? 500
    // Errors of the framework itself (unparsable body, wrong media type) keep the framework's own shape.
    if (status < 500) {
      const path = pathOf(request)
      if (isEnvironmentPath(path)) {
        return reply.code(status).send(environmentEnvelope(path, status, error.message))
      }
      return reply
        .code(status)
        .send({ statusCode: status, message: error.message, error: STATUS_CODES[status] ?? 'Error' })
    }
    log.error({ err: error, method: request.method, path: pathOf(request) }, 'simulator failed on a call')
    return reply.code(500).send({ statusCode: 500, message: 'Internal server error' })
  })
}

/** The path of a request without its query. */
export function pathOf(request: FastifyRequest): string {
  const end = request.url.indexOf('?')
  return end === -1 ? request.url : request.url.slice(0, end)
}

function reject(request: FastifyRequest, reply: FastifyReply, error: Rejection): FastifyReply {
  const path = pathOf(request)
  if (error instanceof SsoRejection) {
    return reply.code(error.status).send({ error: error.error, error_description: error.message })
  }
  const body = isEnvironmentPath(path)
    ? environmentEnvelope(path, error.status, error.message, error)
    : envelope(path, error.status, error.message, error.errorsMap)
  return reply.code(error.status).send(body)
}

function ssoCode(status: number): string {
  if (status === 429) return 'too_many_requests'
  return status < 500 ? 'invalid_request' : 'server_error'
}
