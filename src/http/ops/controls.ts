/** Stopping the bridge from changing anything, and letting it go on. */
import { z } from 'zod'
import type { Pause } from '../../reconcile/controls/pause.ts'
import { errorSchema } from './error-answer.ts'
import { OperationsError } from './operations-error.ts'
import type { Routes } from './routes.ts'
import { personName } from './runs.ts'
import { storableText } from './storable-text.ts'

const tags = ['control']

const pauseSchema = z.object({
  by: z.string(),
  reason: z.string(),
  at: z.string(),
  until: z.string().optional().describe('When it ends by itself; absent: when somebody resumes.'),
})

export const controlsSchema = z
  .object({ paused: pauseSchema.optional().describe('Absent while the bridge goes about its work.') })
  .meta({ id: 'Controls' })

const word = { by: personName.describe('Who says so.'), reason: storableText().trim().min(1).max(2000) }

export interface ControlParts {
  readonly controls: {
    current(): Promise<Pause | undefined>
    pause(word: { by: string; reason: string; until: string | undefined }): Promise<Pause>
    /** False when the bridge was not paused. */
    resume(word: { by: string; reason: string }): Promise<boolean>
  }
}

export function registerControls(routes: Routes, { controls }: ControlParts): void {
  routes.get(
    '/controls',
    {
      schema: {
        tags,
        operationId: 'getControls',
        summary: 'Whether the bridge is paused, by whom and why',
        response: { 200: controlsSchema, 401: errorSchema },
      },
    },
    async () => ({ paused: await controls.current() }),
  )
  routes.post(
    '/controls/pause',
    {
      schema: {
        tags,
        operationId: 'pause',
        summary: 'Change nothing in the account until somebody resumes',
        description: 'Passes go on and report. Who leaves keeps access meanwhile. SCIM is answered as ever.',
        body: z.strictObject({
          ...word,
          until: z.iso.datetime().optional().describe('When it ends by itself.'),
        }),
        response: { 200: controlsSchema, 400: errorSchema, 401: errorSchema },
      },
    },
    async ({ body: { by, reason, until } }) => ({ paused: await controls.pause({ by, reason, until }) }),
  )
  routes.post(
    '/controls/resume',
    {
      schema: {
        tags,
        operationId: 'resume',
        summary: 'Go on',
        body: z.strictObject(word),
        response: { 200: controlsSchema, 400: errorSchema, 401: errorSchema, 409: errorSchema },
      },
    },
    async ({ body }) => {
      if (await controls.resume(body)) return {}
      throw new OperationsError(409, 'not-paused', 'The bridge is not paused.')
    },
  )
}
