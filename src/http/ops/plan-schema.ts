/** A plan for programs: what `plan --json` prints, and the JSON Schema that says so. */
import { z } from 'zod'
import type { Run } from '../../reconcile/run.ts'
import { tallyOf } from '../../reconcile/tally.ts'
import {
  findingSchema,
  newEnvironmentsSchema,
  radiusSchema,
  runStatusSchema,
  scopeSchema,
  snapshotSchema,
  tallySchema,
  unmanagedSchema,
} from './run-schema.ts'
import { stepResultSchema, stepSchema } from './step-schema.ts'

export const planSchema = z
  .object({
    run: z.string().describe('Id of the run.'),
    status: runStatusSchema,
    scope: scopeSchema,
    startedAt: z.string(),
    finishedAt: z.string().optional(),
    hash: z.string().describe('Of the ids of the steps, in order: the same plan has the same hash.'),
    summary: tallySchema,
    radius: radiusSchema,
    steps: z
      .array(
        stepSchema.extend({
          result: stepResultSchema.optional().describe('Absent when the step has not been reached.'),
        }),
      )
      .readonly()
      .describe('In the order in which they are carried out.'),
    newEnvironments: newEnvironmentsSchema,
    unmanaged: unmanagedSchema,
    snapshot: snapshotSchema,
    findings: z.array(findingSchema).readonly(),
    calls: z.record(z.string(), z.number()).describe('Dynatrace calls by operation.'),
    problems: z.array(z.string()).readonly().describe('Why the run failed or is partial.'),
  })
  .meta({ id: 'Plan' })

/** Stable names, nothing shortened. */
export function planOf(run: Run): z.input<typeof planSchema> {
  const { id, status, scope, startedAt, finishedAt, plan, radius, results, snapshot } = run
  const { newEnvironments, unmanaged, findings, calls, problems } = run
  return {
    ...{ run: id, status, scope, startedAt, finishedAt },
    hash: plan.hash,
    summary: tallyOf(plan.steps, results),
    radius,
    steps: plan.steps.map(step => ({ ...step, result: results[step.id] })),
    ...{ newEnvironments, unmanaged, snapshot, findings, calls, problems },
  }
}

/** JSON Schema (draft 2020-12) of what `plan --json`, `run --json` and `reject --json` print. */
export const planJsonSchema = (): Readonly<Record<string, unknown>> => ({
  title: 'A plan of dynatrace-scim-bridge',
  ...z.toJSONSchema(planSchema, { target: 'draft-2020-12', io: 'output' }),
})
