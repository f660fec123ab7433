/** What differs between desired and observed, as the newest full pass left it. */

import { z } from 'zod'
import type { Clock } from '../../lib/clock.ts'
import {
  type DriftClass,
  type DriftSeverity,
  driftClasses,
  driftSeverities,
  type Drift as KnownDrift,
} from '../../reconcile/drift/drift.ts'
import type { Reconciler } from '../../reconcile/reconciler.ts'
import { headOf, type Run } from '../../reconcile/run.ts'
import type { Step } from '../../reconcile/step.ts'
import { tallyOf } from '../../reconcile/tally.ts'
import { errorSchema } from './error-answer.ts'
import { OperationsError } from './operations-error.ts'
import type { Routes } from './routes.ts'
import { asideSchema, runSummarySchema, tallySchema, unmanagedSchema } from './run-schema.ts'
import { summaryOf } from './runs.ts'
import { stepSchema } from './step-schema.ts'

export const driftSchema = z
  .object({
    run: runSummarySchema.describe('The full pass that saw it.'),
    ageSeconds: z.number().describe('Since that pass ended.'),
    inStep: z.boolean().describe('Nothing stands, and everything could be read.'),
    steps: z.array(stepSchema).readonly().describe('Differences that the pass did not repair.'),
    aside: asideSchema,
    standing: z.number().describe('How many there are, also of what was not asked for.'),
    benign: z
      .array(z.object({ key: z.string(), message: z.string() }))
      .readonly()
      .optional()
      .describe('What the account says in other words: no drift. Only where it is asked for.'),
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
        querystring: z.strictObject({
          class: z.enum(driftClasses).optional().describe('Only drift of this class.'),
          severity: z.enum(driftSeverities).optional().describe('Only drift of this severity, and worse.'),
          benign: z
            .enum(['true', 'false'])
            .optional()
            .describe('Tells also what is written otherwise in the account and says the same.'),
        }),
        response: { 200: driftSchema, 400: errorSchema, 401: errorSchema, 404: errorSchema },
      },
    },
    async request => {
      const run = await reconciler.latest()
      if (run !== undefined) return driftOf(run, clock.now(), request.query)
      throw new OperationsError(
        404,
        'no-full-run',
        'No full pass has finished yet, so nothing is known about drift. Ask for one: POST /api/v1/reconcile {"mode":"plan"}.',
      )
    },
  )
}

export interface DriftFilter {
  readonly class?: DriftClass | undefined
  readonly severity?: DriftSeverity | undefined
  readonly benign?: 'true' | 'false' | undefined
}

/** Worst first; what is equally bad in the order of the plan. */
export function driftOf(run: Run, now: Date, filter: DriftFilter = {}): Drift {
  const standing = run.plan.steps.filter(step => run.results[step.id]?.kind !== 'applied')
  const steps = standing.filter(step => isAskedFor(step, filter)).toSorted((a, b) => rankOf(a) - rankOf(b))
  const { unmanaged, problems } = run
  return {
    run: summaryOf(headOf(run)),
    ageSeconds: secondsSince(run.finishedAt ?? run.startedAt, now),
    inStep: standing.length === 0 && problems.length === 0 && run.status === 'in-step',
    steps,
    aside: run.aside,
    standing: standing.length,
    benign: filter.benign === 'true' ? (run.benign ?? []) : undefined,
    repaired: run.plan.steps.length - standing.length,
    tally: tallyOf(steps, run.results),
    unmanaged,
    problems,
  }
}

function isAskedFor({ drift }: Step, filter: DriftFilter): boolean {
  if (filter.class !== undefined && drift?.class !== filter.class) return false
  return filter.severity === undefined || severityRank(drift) <= driftSeverities.indexOf(filter.severity)
}

const severityRank = (drift: KnownDrift | undefined): number =>
  drift === undefined ? driftSeverities.length : driftSeverities.indexOf(drift.severity)

const rankOf = ({ drift }: Step): number => severityRank(drift)

const secondsSince = (instant: string, now: Date): number =>
  Math.max(0, Math.round((now.getTime() - Date.parse(instant)) / 1000))
