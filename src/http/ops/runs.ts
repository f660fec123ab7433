/** Asking for passes, and reading what became of them. */
import { z } from 'zod'
import type { Reconciler } from '../../reconcile/reconciler.ts'
import type { RunHead } from '../../reconcile/run.ts'
import { errorSchema } from './error-answer.ts'
import { OperationsError } from './operations-error.ts'
import type { Routes } from './routes.ts'
import { runSchema, runSummarySchema } from './run-schema.ts'
import { storableText } from './storable-text.ts'

export const runsPath = '/api/v1/reconcile/runs'
const tags = ['reconcile']

/** Of a keyed pass, in its short form: a group push may bring thousands. */
const KEYS_NAMED = 10

export function registerRuns(routes: Routes, { reconciler }: { readonly reconciler: Reconciler }): void {
  routes.post(
    '/reconcile',
    {
      schema: {
        tags,
        operationId: 'requestRun',
        summary: 'Ask for a full pass',
        description:
          'Queues a run and answers at once; the replica that holds the lease carries it out. Follow `Location` until the status is neither `queued` nor `running`.',
        body: z.strictObject({
          mode: z.enum(['plan', 'apply']).describe('plan only reports, apply repairs.'),
          by: personName.optional().describe('Who asks, for the record.'),
        }),
        response: { 202: runSchema.describe('The run, queued.'), 400: errorSchema, 401: errorSchema },
      },
    },
    async (request, reply) => {
      const run = await reconciler.request(request.body.mode, request.body.by ?? 'admin')
      return reply.code(202).header('location', `${runsPath}/${run.id}`).send(run)
    },
  )
  routes.get(
    '/reconcile/runs',
    {
      schema: {
        tags,
        operationId: 'listRuns',
        summary: 'The newest runs, newest first, without their steps',
        querystring: z.strictObject({ limit: z.coerce.number().int().min(1).max(500).default(50) }),
        response: { 200: z.object({ runs: z.array(runSummarySchema).readonly() }), 401: errorSchema },
      },
    },
    async request => ({ runs: (await reconciler.runs(request.query.limit)).map(summaryOf) }),
  )
  routes.get(
    '/reconcile/runs/:id',
    {
      schema: {
        tags,
        operationId: 'getRun',
        summary: 'One run with its plan, verdicts, results and findings',
        params: z.object({ id: storableText() }),
        response: { 200: runSchema, 400: errorSchema, 401: errorSchema, 404: errorSchema },
      },
    },
    async request => {
      const run = await reconciler.run(request.params.id)
      if (run === undefined) throw noSuchRun(request.params.id)
      return run
    },
  )
}

/** A name as a person gives it: not empty, and short enough for one line. */
export const personName = storableText().trim().min(1, 'must name a person').max(200)

export const noSuchRun = (id: string): OperationsError =>
  new OperationsError(
    404,
    'run-not-found',
    `There is no run "${id}". GET ${runsPath} lists the runs that are kept.`,
  )

export function summaryOf(run: RunHead): z.output<typeof runSummarySchema> {
  const { id, trigger, mode, scope, status, startedAt, finishedAt, actor, tally, calls, problems } = run
  return {
    ...{ id, trigger, mode, status, startedAt, finishedAt, actor, problems },
    ...(scope === 'full' ? { scope } : { scope: scope.slice(0, KEYS_NAMED), keys: scope.length }),
    tally,
    calls: Object.values(calls).reduce((sum, count) => sum + count, 0),
  }
}
