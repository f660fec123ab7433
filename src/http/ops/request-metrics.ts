/** Counts and times every request of the server, SCIM's too. */
import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../../telemetry/metrics.ts'

/** Must be called before any route is registered: scopes take over the hooks that are there when they begin. */
export function registerRequestMetrics(app: FastifyInstance, metrics: Pick<Metrics, 'recordRequest'>): void {
  app.addHook('onResponse', (request, reply, done) => {
    metrics.recordRequest({
      // The pattern, for a path would be one series per user.
      route: request.routeOptions.url ?? 'none',
      method: request.method,
      status: reply.statusCode,
      durationMs: reply.elapsedTime,
    })
    done()
  })
}
