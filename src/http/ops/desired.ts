/** What the rules want of the account, as one description of an account: what exports to other tools are made of. */
import { z } from 'zod'
import { UpstreamError } from '../../dynatrace/upstream-error.ts'
import { errorSchema } from './error-answer.ts'
import { OperationsError } from './operations-error.ts'
import type { OperationsParts } from './parts.ts'
import type { Routes } from './routes.ts'

const level = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('global') }),
  z.object({ kind: z.literal('account') }),
  z.object({ kind: z.literal('environment'), id: z.string() }),
])

const map = z.record(z.string(), z.string())
const texts = z.array(z.string()).readonly()

const group = z.object({
  id: z.string().describe('Id in Dynatrace, or a stand-in for a group that is to be made.'),
  name: z.string(),
  description: z.string(),
  owner: z.string(),
  bindings: z
    .array(z.object({ level, policyId: z.string(), parameters: map, metadata: map, boundaryIds: texts }))
    .readonly(),
  permissions: z
    .array(
      z.object({
        role: z.string(),
        scopeType: z.enum(['account', 'tenant', 'management-zone']),
        scope: z.string(),
      }),
    )
    .readonly(),
})

const policy = z.object({
  id: z.string(),
  name: z.string(),
  level,
  description: z.string(),
  statement: z
    .string()
    .optional()
    .describe('Absent for policies that bridge.yaml names and does not define.'),
  defined: z.boolean().describe('Whether bridge.yaml defines it.'),
})

const boundary = z.object({
  id: z.string(),
  name: z.string(),
  query: z.string().optional(),
  defined: z.boolean(),
})

export const desiredSchema = z
  .object({
    accountId: z.string().optional(),
    environments: z.array(z.object({ id: z.string(), name: z.string(), active: z.boolean() })).readonly(),
    groups: z.array(group).readonly(),
    policies: z.array(policy).readonly(),
    boundaries: z.array(boundary).readonly(),
    zones: z
      .array(z.object({ environmentId: z.string(), id: z.string(), name: z.string() }))
      .readonly()
      .describe('Management zones, where rules name any.'),
    existing: texts.describe('Ids of groups, policies and boundaries that the account has.'),
    problems: texts.describe('What the rules want and what could not be said.'),
  })
  .meta({
    id: 'Desired',
    description: 'What the rules want of the account, for the groups of the directory.',
  })

export function registerDesired(routes: Routes, { readDesired }: Pick<OperationsParts, 'readDesired'>): void {
  routes.get(
    '/desired',
    {
      schema: {
        tags: ['access'],
        operationId: 'desired',
        summary: 'What the rules want of the account, with the ids of what is there',
        description:
          'Groups with their bindings and permissions, policies and boundaries. Asks the account for names and ids; changes nothing.',
        response: { 200: desiredSchema, 401: errorSchema, 502: errorSchema },
      },
    },
    async () => {
      const { facts, existing, problems } = await readDesired().catch(unreadable)
      const { accountId, environments, policies, boundaries, zones } = facts
      const groups = facts.groups.map(({ apart: _, ...each }) => each)
      return { accountId, environments, groups, policies, boundaries, zones, existing, problems }
    },
  )
}

function unreadable(error: unknown): never {
  if (!(error instanceof UpstreamError)) throw error
  const message = `The account cannot be read at the moment: ${error.message}`
  throw new OperationsError(502, 'account-unreadable', message)
}
