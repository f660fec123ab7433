/** The simulator as a Fastify app: control plane, token endpoint, and the account API behind authorization. */
import fastify, { type FastifyInstance } from 'fastify'
import { authorize } from './authorization.ts'
import { controlRoutes } from './control/routes.ts'
import { environmentApi } from './environment-api.ts'
import { answerErrors } from './errors.ts'
import { injectFaults } from './fault-hooks.ts'
import { limitRate } from './rate-limit.ts'
import { allowlistRoutes } from './routes/allowlist.ts'
import { auditRoute } from './routes/audit.ts'
import { bindingRoutes } from './routes/bindings.ts'
import { boundaryRoutes } from './routes/boundaries.ts'
import { effectivePermissionRoutes } from './routes/effective-permissions.ts'
import { environmentRoutes } from './routes/environments.ts'
import { groupRoutes } from './routes/groups.ts'
import { limitRoutes } from './routes/limits.ts'
import { pairBindingRoutes } from './routes/pair-bindings.ts'
import { permissionRoutes } from './routes/permissions.ts'
import { platformTokenRoutes } from './routes/platform-tokens.ts'
import { policyRoutes } from './routes/policies.ts'
import { policyValidationRoutes } from './routes/policy-validation.ts'
import { serviceUserRoutes } from './routes/service-users.ts'
import { tokenRoute } from './routes/token.ts'
import { userRoutes } from './routes/users.ts'
import type { Simulation } from './simulation.ts'

/** `url` gives the address the app listens on, known only once it does. */
export function createApp(simulation: Simulation, url: () => string): FastifyInstance {
  const app = fastify({
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    // Seeds of a full account are tens of megabytes.
    bodyLimit: 64 * 1024 * 1024,
    routerOptions: { maxParamLength: 1_000 },
  })
  parseBodies(app)
  answerErrors(app, simulation.log)
  countCalls(app, simulation)
  keepPast(app, simulation)
  controlRoutes(app, simulation, url)
  app.register((calls, _options, done) => {
    injectFaults(calls, simulation)
    tokenRoute(calls, simulation)
    calls.register((api, _apiOptions, ready) => {
      accountApi(api, simulation)
      ready()
    })
    calls.register((api, _apiOptions, ready) => {
      environmentApi(api, simulation)
      ready()
    })
    done()
  })
  return app
}

function accountApi(api: FastifyInstance, simulation: Simulation): void {
  limitRate(api, simulation)
  authorize(api, simulation)
  userRoutes(api, simulation)
  groupRoutes(api, simulation)
  permissionRoutes(api, simulation)
  serviceUserRoutes(api, simulation)
  platformTokenRoutes(api, simulation)
  policyRoutes(api, simulation)
  policyValidationRoutes(api, simulation)
  bindingRoutes(api, simulation)
  pairBindingRoutes(api, simulation)
  boundaryRoutes(api, simulation)
  effectivePermissionRoutes(api, simulation)
  limitRoutes(api, simulation)
  environmentRoutes(api, simulation)
  allowlistRoutes(api, simulation)
  auditRoute(api, simulation)
}

/** What reads that lag are answered from. Edits of people lag as well. */
function keepPast(app: FastifyInstance, simulation: Simulation): void {
  app.addHook('preHandler', async ({ method }) => {
    if (method !== 'GET') simulation.lag.keep(simulation.account, simulation.faults.longestLag())
  })
}

function countCalls(app: FastifyInstance, { calls, log }: Simulation): void {
  app.addHook('onRequest', async request => {
    if (!request.url.startsWith('/_simulator')) calls.count(request.method, request.routeOptions.url)
  })
  app.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions } = request
    log.debug({ method, route: routeOptions.url, status: reply.statusCode }, 'simulator answered')
  })
}

/** Empty JSON bodies are tolerated, as clients send the header with every call. Forms stay text. */
function parseBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') return done(null, undefined)
    return parseJson(request, String(body), done)
  })
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, body),
  )
}
