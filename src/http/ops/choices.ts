/** What a person chooses about one difference: to have it repaired, to ignore it for a time, or to leave it. */

import { z } from 'zod'
import type { AcceptDesk } from '../../reconcile/choices/accept-drift.ts'
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

export const acceptedSchema = z
  .object({
    path: z.string().describe('Of the file on the bridge.'),
    diff: z.string().describe('To review, as `diff -u` writes it.'),
    before: z.string().describe('The whole file as it is.'),
    after: z.string().describe('The whole file with the change. The bridge does not write it.'),
  })
  .meta({ id: 'AcceptedDrift' })

export interface ChoiceParts {
  readonly choices: ChoiceDesk & AcceptDesk
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
          throw noSuchDrift(request.params.step)
        case 'problem':
          throw new OperationsError(409, 'cannot-be-chosen', chosen.message)
      }
    },
  )
  routes.post(
    '/drift/:step/accept',
    {
      schema: {
        tags: ['drift'],
        operationId: 'acceptDrift',
        summary: 'A change of bridge.yaml that takes one difference into the desired state',
        description:
          'Changes nothing: review the change, and roll it out as any other change of the file. 409 says who else has to do what, where the file cannot say it.',
        params: z.object({ step: storableText().min(1) }),
        body: z.strictObject({
          by: personName.describe('Who accepts it, for the comment.'),
          reason: storableText().trim().min(1).max(500).describe('Why, for the comment.'),
        }),
        response: {
          200: acceptedSchema,
          400: errorSchema,
          401: errorSchema,
          404: errorSchema,
          409: errorSchema,
        },
      },
    },
    async request => {
      const answer = await choices.accept(request.params.step, request.body)
      if (answer.kind === 'unknown') throw noSuchDrift(request.params.step)
      if (answer.kind === 'cannot') throw new OperationsError(409, 'cannot-be-accepted', answer.why)
      const { path, diff, before, after } = answer
      return { path, diff, before, after }
    },
  )
}

const noSuchDrift = (step: string): OperationsError =>
  new OperationsError(
    404,
    'drift-not-found',
    `No difference that stands has the step ${step}. GET /api/v1/drift lists them.`,
  )
