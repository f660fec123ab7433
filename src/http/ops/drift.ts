/** What differs between desired and observed, as the newest full pass left it. */
import { z } from 'zod'
import type { Clock } from '../../lib/clock.ts'
import type { Reconciler } from '../../reconcile/reconciler.ts'
import { headOf, type Run } from '../../reconcile/run.ts'
import { tallyOf } from '../../reconcile/tally.ts'
import { errorSchema } from './error-answer.ts'
import { OperationsError } from './operations-error.ts'
import type { Routes } from './routes.ts'
import { runSummarySchema, tallySchema, unmanagedSchema } from './run-schema.ts'
import { summaryOf } from './runs.ts'
import { stepSchema } from './step-schema.ts'

export const driftSchema = z
  .object({
    run: runSummarySchema.describe('The full pass that saw it.'),
    ageSeconds: z.number().describe('Since that pass ended.'),
    inStep: z.boolean().describe('Nothing stands, and everything could be read.'),
    steps: z.array(stepSchema).readonly().describe('Differences that the pass did not repair.'),
    repaired: z.number().describe('Differences that the pass found and repaired.'),
    tally: tallySchema,
    unmanaged: unmanagedSchema,
    problems: z.array(z.string()).readonly().describe('What could not be read or repaired.'),
  })
  .meta({ id: 'Drift' })

export type Drift = z.output<typeof driftSchema>

interface DriftParts {
  readonly reconciler: Reconciler
  readonly clock: Clock
}

export function registerDrift(routes: Routes, { reconciler, clock }: DriftParts): void {
  routes.get(
    '/drift',
    {
      schema: {
        tags: ['drift'],
        operationId: 'getDrift',
        summary: 'Differences that stand, with verdicts and the age of the knowledge',
        response: { 200: driftSchema, 401: errorSchema, 404: errorSchema },
      },
    },
    async () => {
      const run = await reconciler.latest()
      if (run !== undefined) return driftOf(run, clock.now())
      throw new OperationsError(
        404,
        'no-full-run',
        'No full pass has finished yet, so nothing is known about drift. Ask for one: POST /api/v1/reconcile {"mode":"plan"}.',
      )
    },
  )
}

export function driftOf(run: Run, now: Date): Drift {
  const steps = run.plan.steps.filter(step => run.results[step.id]?.kind !== 'applied')
  const { unmanaged, problems } = run
  return {
    run: summaryOf(headOf(run)),
    ageSeconds: secondsSince(run.finishedAt ?? run.startedAt, now),
    inStep: steps.length === 0 && problems.length === 0 && run.status === 'in-step',
    steps,
    repaired: run.plan.steps.length - steps.length,
    tally: tallyOf(steps, run.results),
    unmanaged,
    problems,
  }
}

const secondsSince = (instant: string, now: Date): number =>
  Math.max(0, Math.round((now.getTime() - Date.parse(instant)) / 1000))
