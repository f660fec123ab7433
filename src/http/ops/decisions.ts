/** A person's word on held steps, with name and reason: both go into the journal. */
import { z } from 'zod'
import type { Reconciler } from '../../reconcile/reconciler.ts'
import type { Run } from '../../reconcile/run.ts'
import { errorSchema } from './error-answer.ts'
import { OperationsError } from './operations-error.ts'
import type { Routes } from './routes.ts'
import { runSchema } from './run-schema.ts'
import { noSuchRun, personName, runsPath } from './runs.ts'
import { stepSchema } from './step-schema.ts'
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
  steps: z
    .array(storableText().min(1))
    .min(1)
    .max(10_000)
    .optional()
    .describe('Of these steps only; else of all that are held.'),
  planHash: storableText()
    .min(1)
    .optional()
    .describe('Of the plan that was read: refused with 409 when the run has another one.'),
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
          'Queues an apply run in which exactly these steps are no longer held. Refused steps stay refused. Where a second person has to agree (approvals.secondPerson of bridge.yaml), the answer is the run itself, and its steps wait on.',
        params,
        body,
        response: {
          202: runSchema.describe(
            'The apply run, queued; or the run itself, when a second person has to agree.',
          ),
          ...failures,
        },
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

const waitingSchema = z
  .object({
    runId: z.string(),
    step: stepSchema,
    needsSecond: z.boolean().describe('One person is not enough.'),
    first: z
      .object({ by: z.string(), at: z.string(), expiresAt: z.string() })
      .optional()
      .describe('Who has approved it already.'),
  })
  .meta({ id: 'WaitingStep' })

export const approvalsSchema = z.object({ waiting: z.array(waitingSchema).readonly() })

export function registerApprovals(routes: Routes, { reconciler }: { readonly reconciler: Reconciler }): void {
  routes.get(
    '/approvals',
    {
      schema: {
        tags,
        operationId: 'listApprovals',
        summary: 'Steps that wait for a person, as the newest full pass left them',
        response: { 200: approvalsSchema, 401: errorSchema },
      },
    },
    async () => ({ waiting: await reconciler.approvals() }),
  )
}

async function decide(
  reconciler: Reconciler,
  runId: string,
  decision: 'approved' | 'rejected',
  { by, ...word }: z.output<typeof body>,
): Promise<Run> {
  const answer = await reconciler.decide(runId, decision, { actor: by, ...word })
  if (answer === undefined) throw noSuchRun(runId)
  if ('problem' in answer) throw new OperationsError(409, 'cannot-be-decided', answer.problem)
  return answer
}
