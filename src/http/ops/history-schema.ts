/** Who had what, and what changed, as JSON. */
import { z } from 'zod'
import { detailSchema } from '../../reconcile/holdings/holding.ts'

export const heldSchema = z
  .object({
    kind: z.enum(['account-user', 'group', 'member', 'permission', 'binding']),
    group: z
      .object({ id: z.string(), name: z.string() })
      .optional()
      .describe('As it was called; absent for who was in the account.'),
    person: z.string().optional().describe('Address, of members and users of the account.'),
    detail: detailSchema,
    since: z.string(),
    until: z.string().optional().describe('Absent while it lasts.'),
    sinceRun: z.string().describe('The run that did it, or was the first to see it.'),
    sinceStep: z.string().optional().describe('Absent when no step of the bridge did it.'),
    untilRun: z.string().optional(),
    untilStep: z.string().optional(),
  })
  .meta({ id: 'Held' })

export const asOfSchema = z
  .object({
    at: z.string(),
    knownSince: z.string().describe('Nothing is known before this instant.'),
    holdings: z.array(heldSchema).readonly().describe('The account first, then group by group, by name.'),
  })
  .meta({ id: 'AsOf' })

export const changesSchema = z
  .object({
    from: z.string(),
    to: z.string(),
    knownSince: z.string(),
    changes: z
      .array(
        z.object({
          change: z.enum(['gained', 'lost']),
          held: heldSchema,
          cause: z.object({
            run: z.string(),
            at: z.string(),
            step: z
              .object({ title: z.string(), reason: z.string() })
              .optional()
              .describe('Absent when it was found so in the account: no step of the bridge did it.'),
            trigger: z.string().optional(),
            actor: z.string().optional(),
          }),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'HistoryChanges' })

export type HeldAnswer = z.output<typeof heldSchema>
export type AsOfAnswer = z.output<typeof asOfSchema>
export type ChangesAnswer = z.output<typeof changesSchema>
