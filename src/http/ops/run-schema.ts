/** A run on the wire, whole and in short. The command line reads with these what the routes write with them. */
import { z } from 'zod'
import { knownDriftSchema, stepResultSchema, stepSchema } from './step-schema.ts'

export const findingSchema = z
  .object({
    kind: z.string(),
    severity: z.enum(['info', 'warning', 'error']),
    subject: z.string(),
    message: z.string(),
    remedy: z.string(),
    since: z
      .string()
      .optional()
      .describe('It was so at this instant already; absent when that is not known.'),
  })
  .meta({ id: 'Finding', description: 'Something a person should know that is not drift.' })

export const unmanagedSchema = z
  .object({
    users: z.number(),
    groups: z.number(),
    bindings: z.number(),
    policies: z.number().optional().describe('Without the global ones. Absent in runs of earlier releases.'),
    boundaries: z.number().optional().describe('Absent in runs of earlier releases.'),
  })
  .describe('Objects of the account that are not ours and were left alone.')

const newEnvironmentSchema = z.object({
  id: z.string(),
  name: z.string().describe('As bridge.yaml calls it.'),
  steps: z.number().describe('Steps of the plan that add something there.'),
})

export const snapshotSchema = z
  .object({
    directory: z.object({ people: z.number(), groups: z.number(), memberships: z.number() }),
    account: z.object({
      users: z.number(),
      groups: z.number(),
      managedGroups: z.number(),
      memberships: z.number().describe('Of managed groups, as are bindings and permissions.'),
      bindings: z.number(),
      permissions: z.number(),
      policies: z.number(),
      boundaries: z.number(),
    }),
    complete: z.boolean().describe('Everything that the pass wanted to know could be read.'),
    unread: z
      .object({
        memberships: z.number(),
        bindings: z.number(),
        permissions: z.number(),
        users: z.number(),
        lists: z.number(),
      })
      .describe('What could not be read whole: nothing was concluded from it.'),
  })
  .optional()
  .describe('How much the pass has read; absent until it has, and in runs of earlier releases.')

const reach = z.object({
  gain: z.number().describe('People who get a membership, or are in a group that gets a right.'),
  lose: z.number().describe('People who lose a membership, or are in a group that loses a right.'),
  change: z.number().describe('People in a group one of whose rights changes.'),
  leave: z.number().describe('People who leave the account.'),
  groups: z.number(),
  places: z
    .array(z.string())
    .readonly()
    .describe('Where rights come, change or go: the account, and environments with name and id.'),
  hardest: z
    .object({ group: z.string(), lose: z.number(), of: z.number() })
    .optional()
    .describe('The group that loses the largest part of its members.'),
})

export const radiusSchema = z
  .object({
    proceeding: reach.describe('What happens at once when the plan is applied.'),
    held: reach.describe('What happens besides when a person approves.'),
  })
  .optional()
  .describe('Whom and what the plan reaches; absent until there is a plan, and in runs of earlier releases.')

export const scopeSchema = z
  .union([z.literal('full'), z.array(z.string()).readonly()])
  .describe('full, or the users and groups that were looked at.')

export const runStatusSchema = z
  .enum(['queued', 'running', 'in-step', 'planned', 'held', 'partial', 'failed'])
  .describe('queued and running are not finished; partial is tried again by the next pass.')

export const asideSchema = z
  .array(
    z.object({
      step: z.string().describe('Id of the step that would end it.'),
      title: z.string(),
      choice: z.enum(['ignore', 'leave']),
      by: z.string(),
      reason: z.string(),
      until: z.string().optional(),
      drift: knownDriftSchema.optional(),
    }),
  )
  .readonly()
  .optional()
  .describe('Differences that a person wants to stand: they are in no plan.')

const head = {
  id: z.string(),
  trigger: z.enum(['schedule', 'start', 'request', 'configuration', 'scim', 'audit', 'approval', 'rollback']),
  mode: z.enum(['plan', 'apply']),
  scope: scopeSchema,
  status: runStatusSchema,
  startedAt: z.string(),
  finishedAt: z.string().optional(),
  actor: z.string(),
}

export const newEnvironmentsSchema = z
  .array(newEnvironmentSchema)
  .readonly()
  .optional()
  .describe(
    'Environments that get something of ours for the first time; absent when not everything was looked at.',
  )

export const runSchema = z
  .object({
    ...head,
    requestIds: z.array(z.string()).readonly(),
    plan: z.object({ hash: z.string(), steps: z.array(stepSchema).readonly() }),
    rollbackTo: z.string().optional().describe('The run to whose state this one goes back.'),
    remains: z
      .array(z.string())
      .readonly()
      .optional()
      .describe('What a rollback does not undo, and what has to be done before anybody resumes.'),
    model: z.string().optional().describe('Digest of the access model it was carried out with.'),
    radius: radiusSchema,
    aside: asideSchema,
    results: z
      .record(z.string(), stepResultSchema)
      .describe('By step id; a step without a result has not been reached.'),
    findings: z.array(findingSchema).readonly(),
    unmanaged: unmanagedSchema,
    newEnvironments: newEnvironmentsSchema,
    snapshot: snapshotSchema,
    calls: z.record(z.string(), z.number()).describe('Dynatrace calls by operation.'),
    problems: z.array(z.string()).readonly().describe('Why the run failed or is partial.'),
  })
  .meta({ id: 'Run', description: 'One pass over the account: plan, verdicts, results.' })

export const tallySchema = z
  .object({
    add: z.number(),
    change: z.number(),
    remove: z.number(),
    held: z.number(),
    refused: z.number(),
    applied: z.number(),
    skipped: z.number(),
    failed: z.number(),
  })
  .meta({
    id: 'Tally',
    description: 'Steps that may proceed by effect, those that may not, and what became of them all.',
  })

export const runSummarySchema = z
  .object({
    ...head,
    scope: head.scope.describe('full, or the first ten of the users and groups that were looked at.'),
    keys: z.number().optional().describe('How many users and groups a keyed pass looked at.'),
    tally: tallySchema,
    calls: z.number(),
    problems: z.array(z.string()).readonly(),
  })
  .meta({ id: 'RunSummary', description: 'A run without its steps.' })
