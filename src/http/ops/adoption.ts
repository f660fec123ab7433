/** Taking over groups, policies and boundaries that were there before the bridge, and what they keep. */
import { z } from 'zod'
import type { Adopted } from '../../reconcile/adopt/adopt.ts'
import { errorSchema } from './error-answer.ts'
import { answered, failures, plan, word } from './ownership.ts'
import type { OperationsParts } from './parts.ts'
import type { Routes } from './routes.ts'
import { stepSchema } from './step-schema.ts'
import { storableText } from './storable-text.ts'

const tags = ['ownership']
const elementKind = z.enum(['member', 'binding', 'permission'])

export const candidatesSchema = z
  .object({
    candidates: z
      .array(
        z.object({
          kind: z.enum(['group', 'policy', 'boundary']),
          name: z.string(),
          id: z.string().describe('Id in Dynatrace.'),
          obstacle: z.string().optional().describe('Why it cannot be adopted; absent when it can.'),
        }),
      )
      .readonly(),
    refusal: z
      .string()
      .optional()
      .describe('Why nothing can be adopted: another bridge looks after the account.'),
  })
  .meta({ id: 'AdoptionCandidates', description: 'What rules want, the account has, and is not ours.' })

const thing = z.object({ kind: z.enum(['group', 'policy', 'boundary']), name: z.string(), id: z.string() })

export const adoptedSchema = z
  .object({
    done: z.boolean(),
    adopted: z.array(thing).readonly(),
    kept: z
      .array(z.object({ group: z.string(), kind: elementKind, title: z.string() }))
      .readonly()
      .describe('Beyond the rules, and left alone until it is released.'),
    plan: z
      .object({ hash: z.string(), steps: z.array(stepSchema).readonly() })
      .describe('What the next full pass does.'),
    problems: z.array(z.string()).readonly().describe('Why the plan may not be whole.'),
  })
  .meta({ id: 'Adoption' })

const keptElement = z
  .object({
    id: z.string(),
    groupId: z.string(),
    groupName: z.string(),
    kind: elementKind,
    title: z.string(),
    reason: z.string(),
    by: z.string(),
    at: z.string(),
  })
  .meta({ id: 'KeptElement' })

export const keptSchema = z.object({ kept: z.array(keptElement).readonly() }).meta({ id: 'KeptElements' })
export const releasedSchema = keptElement

export function registerAdoption(routes: Routes, { adoption }: Pick<OperationsParts, 'adoption'>): void {
  routes.get(
    '/adoptions',
    {
      schema: {
        tags,
        operationId: 'listAdoptionCandidates',
        summary: 'What of the account could be adopted',
        response: { 200: candidatesSchema, 401: errorSchema },
      },
    },
    async () => {
      const { all, refusal } = await adoption.candidates()
      const candidates = all.map(each => {
        const { name, id } = each.kind === 'group' ? each.group : each.definition
        return { kind: each.kind, name, id, obstacle: each.obstacle }
      })
      return { candidates, refusal }
    },
  )
  routes.post(
    '/adoptions',
    {
      schema: {
        tags,
        operationId: 'adopt',
        summary: 'Take over what was there before: members are merged, nothing is dropped',
        body: z.strictObject({
          groups: z
            .array(storableText().trim().min(1).max(500))
            .min(1)
            .max(10_000)
            .optional()
            .describe('Names of groups, policies and boundaries; absent: all that can be adopted.'),
          ...word,
          plan,
        }),
        response: { 200: adoptedSchema, ...failures },
      },
    },
    async ({ body: { groups, by, reason, plan: rehearse } }) =>
      shown(answered(await adoption.adopt({ names: groups, by, reason, rehearse }))),
  )
  routes.get(
    '/adoptions/kept',
    {
      schema: {
        tags,
        operationId: 'listKept',
        summary: 'What adopted groups keep beyond the rules',
        response: { 200: keptSchema, 401: errorSchema },
      },
    },
    async () => ({ kept: await adoption.kept() }),
  )
  routes.post(
    '/adoptions/kept/:id/release',
    {
      schema: {
        tags,
        operationId: 'releaseKept',
        summary: 'Give a kept element up: the next pass takes it away, through the guards',
        params: z.object({ id: storableText() }),
        body: z.strictObject(word),
        response: { 200: releasedSchema, ...failures },
      },
    },
    async ({ params, body }) => {
      const { id, groupId, groupName, kind, title, reason, by, at } = answered(
        await adoption.release(params.id, body),
      )
      return { id, groupId, groupName, kind, title, reason, by, at }
    },
  )
}

const shown = ({ done, groups, definitions, kept, plan: next, problems }: Adopted) => ({
  done,
  adopted: [
    ...groups.map(({ id, name }) => ({ kind: 'group' as const, id, name })),
    ...definitions.map(({ kind, id, name }) => ({ kind, id, name })),
  ],
  kept: kept.map(({ groupName, kind, title }) => ({ group: groupName, kind, title })),
  plan: { hash: next.hash, steps: next.steps },
  problems,
})
