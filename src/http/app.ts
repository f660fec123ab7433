/** The HTTP server, put together: plugins, SCIM routes, operators' routes. */
import sensible from '@fastify/sensible'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import type { Directory } from '../directory/directory.ts'
import type { SeenRefusal } from '../directory/refusals.ts'
import type { Clock } from '../lib/clock.ts'
import type { Dialects } from '../scim/dialects/dialects.ts'
import { registerDescription } from './description/register-description.ts'
import { answerClientError } from './plugins/client-errors.ts'
import { registerClosing } from './plugins/closing.ts'
import { answerError, registerErrors } from './plugins/errors.ts'
import { registerExpectation } from './plugins/expectation.ts'
import { registerHostHeader } from './plugins/host-header.ts'
import type { InFlightLimits } from './plugins/in-flight.ts'
import { registerJsonBody } from './plugins/json-body.ts'
import { registerRefusals } from './plugins/refusals.ts'
import { registerRequestLog, requestId } from './plugins/request-log.ts'
import { registerScim } from './scim/scim.ts'

export interface HttpParts {
  readonly directory: Directory
  readonly scimToken: string
  /** A pino logger, or false for none. */
  readonly log: FastifyBaseLogger | false
  /** Bodies beyond it are answered with 413; 1 MiB by default. */
  readonly maxBodyBytes?: number
  /** SCIM requests under way at once; those beyond are answered with 429. */
  readonly inFlight?: InFlightLimits
  /** The URL that clients know the server by, without a path; by default what the Host header says. */
  readonly publicUrl?: string
  /** Whether habits of identity providers against the RFCs are understood (the default) or refused. */
  readonly dialects?: Dialects
  /** By which cursors of lists expire; the system's by default. */
  readonly clock?: Clock
  /** Called after every change of the directory. */
  readonly onChange: () => void
  /** Told of refusals that operators should see; returns at once and does not throw. */
  readonly onRefusal?: (refusal: SeenRefusal) => void
  /** Hooks that every route is to have. */
  readonly beforeRoutes?: (app: FastifyInstance) => void
  readonly registerOperations?: (app: FastifyInstance) => Promise<void>
}

const MAX_BODY_BYTES = 1_048_576
/** A filter of the greatest length must get as far as being refused by us. */
const MAX_HEADER_BYTES = 65_536
/** For a whole request to arrive, in milliseconds; Okta itself gives up after 60 s. */
const REQUEST_TIMEOUT_MS = 60_000

/** An app that does not listen yet; `app.close()` ends it. */
export async function createHttpApp(parts: HttpParts): Promise<FastifyInstance> {
  const app = Fastify({
    ...(parts.log === false ? { logger: false } : { loggerInstance: parts.log }),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: requestId,
    bodyLimit: parts.maxBodyBytes ?? MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { maxHeaderSize: MAX_HEADER_BYTES, requireHostHeader: false },
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: 512 },
    frameworkErrors: answerError,
    clientErrorHandler: answerClientError,
  })
  registerClosing(app)
  registerRequestLog(app)
  registerErrors(app)
  registerExpectation(app)
  registerHostHeader(app)
  registerJsonBody(app)
  await app.register(sensible)
  // What is answered is about people and for the one who asked, and old a moment later.
  app.addHook('onRequest', (_request, reply, done) => {
    reply.cacheControl('no-store')
    done()
  })
  await registerDescription(app)
  parts.beforeRoutes?.(app)
  if (parts.onRefusal !== undefined) registerRefusals(app, parts.onRefusal)
  await app.register(
    (scope, _options, done) => {
      registerScim(scope, parts)
      done()
    },
    { prefix: '/scim/v2' },
  )
  if (parts.registerOperations !== undefined) await parts.registerOperations(app)
  return app
}
