/**
 * Turns whatever was thrown, by us or by the framework, into an answer: a SCIM error body below `/scim`,
 * `{ error: { code, message, requestId } }` elsewhere. Messages of 5xx never leave the process.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { BridgeError, messageOf } from '../../lib/errors.ts'
import { ScimError, type ScimErrorBody, type ScimType, toScimErrorBody } from '../../scim/error.ts'
import { scimJson } from '../scim/media-type.ts'

interface Failure {
  readonly status: number
  readonly code: string
  readonly scimType?: ScimType | undefined
  readonly message: string
  readonly retryAfterSeconds?: number
}

const RETRY_AFTER_SECONDS = 5

export function registerErrors(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>(answerError)
  app.setNotFoundHandler(answerNotFound)
}

export function answerNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (!KNOWN.has(request.method)) reply.header('allow', USED)
  return answerError(nothingAt(request), request, reply)
}

const USED = 'GET, HEAD, POST, PUT, PATCH, DELETE'
const KNOWN: ReadonlySet<string> = new Set([...USED.split(', '), 'OPTIONS', 'TRACE', 'QUERY'])

/** Methods that no route at all has are the matter, not the address. */
function nothingAt({ method, url }: FastifyRequest): ScimError {
  if (!KNOWN.has(method)) {
    return new ScimError(405, undefined, `${method} is not possible here: use ${USED}.`)
  }
  const version = /^\/+scim\/+(v\d[\w.]*)(?:[/?]|$)/i.exec(url)?.[1]?.toLowerCase()
  if (version !== undefined && version !== 'v2') {
    // RFC 7644 §3.13.
    const detail = `SCIM ${version} is not spoken here: use the addresses below /scim/v2.`
    return new ScimError(400, 'invalidVers', detail)
  }
  const scim =
    'There is nothing at this address. The SCIM service is at /scim/v2, with /Users and /Groups below it.'
  return new ScimError(404, undefined, isScim(url) ? scim : 'There is nothing at this address.')
}

export function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const failure = loggedFailure(thrown, request)
  if (failure.retryAfterSeconds !== undefined) reply.header('retry-after', String(failure.retryAfterSeconds))
  reply.code(failure.status)
  if (isScim(request.url)) return reply.type(scimJson).send(toScimErrorBody(failure))
  const { code, message } = failure
  return reply.send({ error: { code, message, requestId: request.id } })
}

/** The SCIM error for one operation of a Bulk, in the words that its own request would be answered with. */
export const problemOf = (thrown: unknown, request: FastifyRequest): ScimErrorBody =>
  toScimErrorBody(loggedFailure(thrown, request))

function loggedFailure(thrown: unknown, request: FastifyRequest): Failure {
  const failure = failureOf(thrown, request.id)
  if (failure.status >= 500) {
    const stack = thrown instanceof Error ? thrown.stack : undefined
    request.log.error({ code: failure.code, cause: messageOf(thrown), stack }, 'request failed')
  }
  if (failure.code !== 'FST_ERR_CTP_BODY_TOO_LARGE') return failure
  const message = `The body is larger than the ${request.routeOptions.bodyLimit} bytes that are taken here. Send less at once.`
  return { ...failure, message }
}

const isScim = (url: string): boolean => /^\/+scim(?:[/?]|$)/i.test(url)

/** Where the fault is ours, the id of the request is in the words too: logs of identity providers show nothing else. */
function failureOf(thrown: unknown, requestId: string): Failure {
  if (thrown instanceof ScimError) {
    const { status, code, scimType, message } = thrown
    return { status, code, scimType, message }
  }
  if (thrown instanceof BridgeError && thrown.code === 'store-unavailable') {
    const message = `The directory cannot be reached at the moment: try again in ${RETRY_AFTER_SECONDS} seconds. Request ${requestId}.`
    return { status: 503, code: thrown.code, message, retryAfterSeconds: RETRY_AFTER_SECONDS }
  }
  const { statusCode = 500, code = '' } = clientError(thrown)
  if (statusCode < 400 || statusCode >= 500) {
    const message = `The bridge failed at this request. Its log names the cause under the request id ${requestId}.`
    return { status: 500, code: 'internal', message }
  }
  const scimType = statusCode === 400 ? ('invalidSyntax' as const) : undefined
  return {
    status: statusCode,
    code: code || `http-${statusCode}`,
    scimType,
    message: clientMessage(thrown, statusCode, code),
  }
}

/** Errors of the framework and of its validators say themselves which status they mean. */
function clientError(thrown: unknown): { statusCode?: number; code?: string } {
  if (!(thrown instanceof Error)) return {}
  const { statusCode, code } = thrown as Partial<FastifyError>
  return {
    ...(typeof statusCode === 'number' ? { statusCode } : {}),
    ...(typeof code === 'string' ? { code } : {}),
  }
}

/** The framework's own words may repeat a part of the body, in which Okta sends passwords. */
function clientMessage(thrown: unknown, status: number, code: string): string {
  switch (status) {
    case 413:
      return 'The body is too large. Send less at once.'
    case 414:
      return 'The URL is too long: no id here is. Long queries may be sent to .search as a body.'
    case 415:
      return 'Send the body as application/scim+json or application/json.'
  }
  if (code === 'FST_ERR_BAD_URL') return 'The URL is not well formed: percent-encode it as UTF-8.'
  if (code === 'FST_ERR_VALIDATION') return messageOf(thrown)
  if (code.startsWith('FST_') || thrown instanceof SyntaxError)
    return 'The body is not valid JSON: send one JSON object, encoded as UTF-8.'
  return messageOf(thrown)
}
