/** What a person chooses about one difference: to have it repaired, to ignore it for a time, or to leave it. */
import { z } from 'zod'
import type { ChoiceDesk } from '../../reconcile/choices/desk.ts'
import { errorSchema } from './error-answer.ts'
import { OperationsError } from './operations-error.ts'
import type { Routes } from './routes.ts'
import { asideSchema, runSchema } from './run-schema.ts'
import { personName } from './runs.ts'
import { storableText } from './storable-text.ts'

export const chosenSchema = z
  .object({
    aside: asideSchema.describe('The difference, as it now stands apart.'),
    run: runSchema.optional().describe('The run that repairs it.'),
  })
  .meta({ id: 'Chosen' })

export interface ChoiceParts {
  readonly choices: ChoiceDesk
}

export function registerChoices(routes: Routes, { choices }: ChoiceParts): void {
  routes.post(
    '/drift/:step/choice',
    {
      schema: {
        tags: ['drift'],
        operationId: 'chooseAboutDrift',
        summary: 'Repair, ignore or leave one difference',
        description:
          '`ignore` takes it out of every plan until an instant, `leave` until it is another difference; `repair` takes either back, approves it where it is held, and asks for a run.',
        params: z.object({
          step: storableText().min(1).describe('Id of the step that would end the difference.'),
        }),
        body: z.strictObject({
          choice: z.enum(['repair', 'ignore', 'leave']),
          by: personName.describe('Who chooses.'),
          reason: storableText().trim().min(1).max(2000).describe('Why, for the journal.'),
          until: z.iso.datetime().optional().describe('Of `ignore`: until when, a year ahead at most.'),
        }),
        response: {
          200: chosenSchema,
          400: errorSchema,
          401: errorSchema,
          404: errorSchema,
          409: errorSchema,
        },
      },
    },
    async request => {
      const chosen = await choices.choose(request.params.step, request.body)
      switch (chosen.kind) {
        case 'set-aside':
          return { aside: [chosen.aside] }
        case 'repair':
          return { run: chosen.run }
        case 'unknown':
          throw new OperationsError(
            404,
            'drift-not-found',
            `No difference that stands has the step ${request.params.step}. GET /api/v1/drift lists them.`,
          )
        case 'problem':
          throw new OperationsError(409, 'cannot-be-chosen', chosen.message)
      }
    },
  )
}
