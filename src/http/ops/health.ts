/** Health and metrics: for orchestrators and Prometheus, without a token, and so without secrets or people. */
import { z } from 'zod'
import { messageOf } from '../../lib/errors.ts'
import type { OperationsParts } from './parts.ts'
import { readinessOf } from './readiness.ts'
import type { Routes } from './routes.ts'

/** Orchestrators give a probe about a second or a few; a database that is slower than this counts as down. */
const DATABASE_PATIENCE_MS = 2_000
const tags = ['health']

const dependencySchema = z.object({
  status: z.enum(['ok', 'degraded', 'failed']),
  ageSeconds: z.number().optional().describe('Since it was last known to be well; absent when it never was.'),
  detail: z.string(),
})

const readinessSchema = z
  .object({
    status: z.enum(['ok', 'degraded', 'failed']),
    dependencies: z.object({
      database: dependencySchema,
      configuration: dependencySchema,
      dynatrace: dependencySchema,
      reconciler: dependencySchema,
    }),
  })
  .meta({ id: 'Readiness' })

type HealthParts = Pick<OperationsParts, 'health' | 'reconciler' | 'metrics' | 'clock'>

export function registerHealth(routes: Routes, parts: HealthParts): void {
  routes.get(
    '/health/live',
    {
      schema: {
        tags,
        security: [],
        operationId: 'live',
        summary: 'The process answers',
        response: { 200: z.object({ status: z.literal('ok') }) },
      },
    },
    async () => ({ status: 'ok' as const }),
  )
  routes.get(
    '/health/ready',
    {
      schema: {
        tags,
        security: [],
        operationId: 'ready',
        summary: 'The bridge may take requests, and how its dependencies are',
        response: {
          200: readinessSchema.describe('Ready; a degraded Dynatrace does not stop SCIM.'),
          503: readinessSchema.describe('The database is down, or bridge.yaml was never loaded.'),
        },
      },
    },
    async (_request, reply) => {
      const { health, reconciler, clock } = parts
      const readiness = readinessOf({
        databaseFailure: await databaseFailure(parts),
        configuration: health.configuration(),
        dynatrace: health.dynatrace(),
        reconciler: reconciler.status(),
        now: clock.now(),
      })
      return reply.code(readiness.status === 'failed' ? 503 : 200).send(readiness)
    },
  )
  routes.get(
    '/metrics',
    {
      schema: {
        tags,
        security: [],
        operationId: 'metrics',
        summary: 'Metrics in the Prometheus text format',
        produces: ['text/plain'],
      },
    },
    async (_request, reply) => {
      parts.metrics.recordStatus(parts.reconciler.status())
      parts.metrics.recordConnection(parts.health.dynatrace())
      return reply.type(parts.metrics.contentType).send(await parts.metrics.text())
    },
  )
}

async function databaseFailure({ health, clock }: HealthParts): Promise<string | undefined> {
  const answered = new AbortController()
  const late = clock
    .sleep(DATABASE_PATIENCE_MS, answered.signal)
    .then(() => `no answer within ${DATABASE_PATIENCE_MS / 1000} seconds`)
  const failure = health.database().then(() => undefined, messageOf)
  return Promise.race([failure, late]).finally(() => answered.abort())
}
