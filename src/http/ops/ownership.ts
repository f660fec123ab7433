/** The ownership registry: what is whose, out of the bridge and back, and taking over from another installation. */
import { z } from 'zod'
import type { Refused } from '../../reconcile/adopt/adopt.ts'
import { registryFileSchema } from '../../reconcile/ownership/registry-file.ts'
import { errorSchema } from './error-answer.ts'
import { OperationsError } from './operations-error.ts'
import type { OperationsParts } from './parts.ts'
import type { Routes } from './routes.ts'
import { personName } from './runs.ts'
import { storableText } from './storable-text.ts'

const tags = ['ownership']
/** A registry of a large account. */
const BODY_LIMIT = 256 * 1024 * 1024

export const word = {
  by: personName.describe('Who decides.'),
  reason: storableText()
    .trim()
    .min(1, 'must say why')
    .max(2000)
    .describe('Why, for those who read the journal.'),
}
export const plan = z.boolean().default(false).describe('Only tell what would come of it.')
export const failures = { 400: errorSchema, 401: errorSchema, 409: errorSchema }

const kind = z.enum(['user', 'group', 'policy', 'boundary', 'right'])
const thing = z.object({ kind, name: z.string(), dynatraceId: z.string().nullable() })

export const ownershipSchema = z
  .object({
    instance: z.string().describe('This installation.'),
    account: z.string(),
    epoch: z.number().describe('How many times an instance of this installation began to act.'),
    rows: z
      .array(
        thing.extend({
          instance: z.string().describe('The installation that owns it.'),
          state: z.enum(['creating', 'owned']),
          how: z.enum(['created', 'adopted', 'imported']),
          by: z.string().nullable().describe('Who adopted or imported it; null: the bridge made it.'),
          at: z.string(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'Ownership', description: 'What of the account is whose, and how it became so.' })

export const importedSchema = z
  .object({
    done: z.boolean(),
    instance: z.string().describe('Whose rows these are.'),
    ours: z.boolean().describe('Whether that is this installation; if not, migrate takes them over.'),
    rows: z.array(thing).readonly(),
    leftOut: z.array(thing.extend({ why: z.string() })).readonly(),
  })
  .meta({ id: 'OwnershipImport' })

export const migratedSchema = z
  .object({
    done: z.boolean(),
    from: z.string(),
    rows: z.array(thing).readonly(),
    leftOut: z.array(thing).readonly().describe('What this installation has something of its own for.'),
    marker: z.boolean().describe('Whether the marker of the account is taken over as well.'),
  })
  .meta({ id: 'OwnershipMigration' })

export const claimedSchema = z
  .object({
    before: z.string().optional().describe('The installation that looked after the account.'),
    instance: z.string(),
    epoch: z.number(),
  })
  .meta({ id: 'OwnershipClaim' })

export function registerOwnership(routes: Routes, { ownership }: Pick<OperationsParts, 'ownership'>): void {
  routes.get(
    '/ownership',
    {
      schema: {
        tags,
        operationId: 'listOwnership',
        summary: 'What of the account is whose',
        response: { 200: ownershipSchema, 401: errorSchema },
      },
    },
    () => ownership.list(),
  )
  routes.get(
    '/ownership/export',
    {
      schema: {
        tags,
        operationId: 'exportOwnership',
        summary: 'The registry as a file',
        response: { 200: registryFileSchema, 401: errorSchema },
      },
    },
    () => ownership.export(),
  )
  routes.post(
    '/ownership/import',
    {
      bodyLimit: BODY_LIMIT,
      schema: {
        tags,
        operationId: 'importOwnership',
        summary: 'Bring an exported registry back, checked against the account',
        body: z.strictObject({ file: registryFileSchema, ...word, plan }),
        response: { 200: importedSchema, ...failures },
      },
    },
    async ({ body: { file, by, reason, plan: rehearse } }) =>
      answered(await ownership.import(file, { by, reason, rehearse })),
  )
  routes.post(
    '/ownership/migrate',
    {
      schema: {
        tags,
        operationId: 'migrateOwnership',
        summary: 'Take over what another installation owned',
        body: z.strictObject({ from: z.uuid().describe('Id of that installation.'), ...word, plan }),
        response: { 200: migratedSchema, ...failures },
      },
    },
    async ({ body: { from, by, reason, plan: rehearse } }) =>
      answered(await ownership.migrate(from, { by, reason, rehearse })),
  )
  routes.post(
    '/ownership/claim',
    {
      schema: {
        tags,
        operationId: 'claimOwnership',
        summary: 'Take over the marker of the account: the other bridge only observes from then on',
        body: z.strictObject(word),
        response: { 200: claimedSchema, ...failures },
      },
    },
    async ({ body }) => answered(await ownership.claim(body)),
  )
}

/** @throws OperationsError for what was refused. */
export function answered<T extends object>(answer: T | Refused): T {
  if ('kind' in answer && answer.kind === 'refused' && 'code' in answer)
    throw new OperationsError(409, answer.code, answer.message)
  return answer as T // a refusal has been told apart above
}
