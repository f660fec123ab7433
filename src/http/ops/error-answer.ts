/** One function turns whatever was thrown into `{ "error": { code, message, requestId } }`. 5xx never tell more than that. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { BridgeError } from '../../lib/errors.ts'
import { ScimError } from '../../scim/error.ts'
import { OperationsError } from './operations-error.ts'

export const errorSchema = z
  .object({
    error: z.object({
      code: z.string().describe('Stable, for programs.'),
      message: z.string().describe('One sentence for people: what is wrong and what to do.'),
      requestId: z.string().describe('Finds the log lines of this request.'),
    }),
  })
  .meta({ id: 'Error', description: 'What is wrong, in one sentence.' })

export function answerOperationsError(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { status, code, message } = failureOf(thrown)
  if (status >= 500) request.log.error({ err: thrown, code }, 'operation failed')
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="operations"')
  if (status === 503) reply.header('retry-after', '5')
  return reply.code(status).send({ error: { code, message, requestId: request.id } })
}

export function answerUnknownRoute(request: FastifyRequest): never {
  const [path] = request.url.split('?')
  const message = `There is no ${request.method} ${path}. /openapi.json lists the operations.`
  throw new OperationsError(404, 'unknown-operation', message)
}

interface Failure {
  readonly status: number
  readonly code: string
  readonly message: string
}

function failureOf(thrown: unknown): Failure {
  if (thrown instanceof OperationsError) return thrown
  if (thrown instanceof BridgeError && thrown.code === 'store-unavailable') {
    const message = 'The database cannot be reached at the moment. Try again in a few seconds.'
    return { status: 503, code: thrown.code, message }
  }
  // What is refused before a route is reached is refused in the same words everywhere.
  if (thrown instanceof ScimError) {
    const code = thrown.status === 415 ? 'unsupported-media-type' : 'invalid-request'
    return { status: thrown.status, code, message: thrown.message }
  }
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    const problems = thrown.validation.map(({ instancePath, message = 'is not valid' }) => {
      const name = instancePath.slice(1).replaceAll('/', '.')
      return name === '' ? message : `${name}: ${message}`
    })
    const where = thrown.validationContext ?? 'request'
    return {
      status: 400,
      code: 'invalid-request',
      message: `The ${where} is not valid. ${problems.join('; ')}.`,
    }
  }
  return frameworkFailure(thrown)
}

/** The framework's own words may repeat what was sent, so they are said anew. */
function frameworkFailure(thrown: unknown): Failure {
  const { code = '', statusCode = 500 } = thrown instanceof Error ? (thrown as Partial<FastifyError>) : {}
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return { status: 413, code: 'body-too-large', message: 'The body is too large.' }
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return { status: 415, code: 'unsupported-media-type', message: 'Send the body as application/json.' }
  }
  if (statusCode >= 400 && statusCode < 500) {
    return { status: 400, code: 'invalid-json', message: 'The body is not valid JSON.' }
  }
  const message = 'The bridge failed. Its log names the cause under this request id.'
  return { status: 500, code: 'internal', message }
}
