/** Going back to the state after an earlier run. */
import { z } from 'zod'
import type { RollbackDesk } from '../../reconcile/rollback/rollback.ts'
import { errorSchema } from './error-answer.ts'
import { OperationsError } from './operations-error.ts'
import type { Routes } from './routes.ts'
import { runSchema } from './run-schema.ts'
import { noSuchRun, personName, runsPath } from './runs.ts'
import { storableText } from './storable-text.ts'

export interface RollbackParts {
  readonly rollback: RollbackDesk
}

export function registerRollback(routes: Routes, { rollback }: RollbackParts): void {
  routes.post(
    '/reconcile/runs/:id/rollback',
    {
      schema: {
        tags: ['reconcile'],
        operationId: 'rollBack',
        summary: 'Pause, and undo what was carried out after a run',
        description:
          'Queues a run that undoes it through the same guards. `remains` of the finished run says what is not undone, and what to do before anybody resumes.',
        params: z.object({ id: storableText().describe('The run to whose state to go back.') }),
        body: z.strictObject({
          by: personName.describe('Who asks.'),
          reason: storableText().trim().min(1).max(2000).describe('Why, for the journal.'),
          preview: z.boolean().default(false).describe('Only shows the plan: pauses and changes nothing.'),
        }),
        response: {
          202: runSchema.describe('The run, queued.'),
          ...{ 400: errorSchema, 401: errorSchema, 404: errorSchema, 409: errorSchema },
        },
      },
    },
    async (request, reply) => {
      const answer = await rollback.rollBack(request.params.id, request.body)
      switch (answer.kind) {
        case 'run':
          return reply.code(202).header('location', `${runsPath}/${answer.run.id}`).send(answer.run)
        case 'unknown':
          throw noSuchRun(request.params.id)
        case 'problem':
          throw new OperationsError(409, 'cannot-roll-back', answer.message)
      }
    },
  )
}
