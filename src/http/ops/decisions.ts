/** A person's word on held steps, with name and reason: both go into the journal. */
import { z } from 'zod'
import type { Reconciler } from '../../reconcile/reconciler.ts'
import type { Run } from '../../reconcile/run.ts'
import { errorSchema } from './error-answer.ts'
import { OperationsError } from './operations-error.ts'
import type { Routes } from './routes.ts'
import { runSchema } from './run-schema.ts'
import { noSuchRun, personName, runsPath } from './runs.ts'
import { storableText } from './storable-text.ts'

const tags = ['reconcile']
const params = z.object({ id: storableText() })
const body = z.strictObject({
  by: personName.describe('Who decides.'),
  reason: storableText()
    .trim()
    .min(1, 'must say why')
    .max(2000)
    .describe('Why, for those who read the journal.'),
})
const failures = { 400: errorSchema, 401: errorSchema, 404: errorSchema, 409: errorSchema }

export function registerDecisions(routes: Routes, { reconciler }: { readonly reconciler: Reconciler }): void {
  routes.post(
    '/reconcile/runs/:id/approve',
    {
      schema: {
        tags,
        operationId: 'approveRun',
        summary: 'Let the held steps of a run happen',
        description:
          'Queues an apply run in which exactly these steps are no longer held. Refused steps stay refused.',
        params,
        body,
        response: { 202: runSchema.describe('The apply run, queued.'), ...failures },
      },
    },
    async (request, reply) => {
      const run = await decide(reconciler, request.params.id, 'approved', request.body)
      return reply.code(202).header('location', `${runsPath}/${run.id}`).send(run)
    },
  )
  routes.post(
    '/reconcile/runs/:id/reject',
    {
      schema: {
        tags,
        operationId: 'rejectRun',
        summary: 'Say no to the held steps of a run',
        params,
        body,
        response: { 200: runSchema.describe('The run whose steps were rejected.'), ...failures },
      },
    },
    request => decide(reconciler, request.params.id, 'rejected', request.body),
  )
}

async function decide(
  reconciler: Reconciler,
  runId: string,
  decision: 'approved' | 'rejected',
  { by, reason }: z.output<typeof body>,
): Promise<Run> {
  const answer = await reconciler.decide(runId, decision, { actor: by, reason })
  if (answer === undefined) throw noSuchRun(runId)
  if ('problem' in answer) throw new OperationsError(409, 'nothing-held', answer.problem)
  return answer
}
