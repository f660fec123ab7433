/** Why somebody may do what they may do. */
import { z } from 'zod'
import { errorSchema } from './error-answer.ts'
import { OperationsError } from './operations-error.ts'
import type { OperationsParts } from './parts.ts'
import type { Routes } from './routes.ts'
import { storableText } from './storable-text.ts'

const grantSchema = z.object({
  kind: z.enum(['policy', 'role']),
  name: z.string(),
  parameters: z.record(z.string(), z.string()),
  boundaries: z.array(z.string()).readonly(),
  dynatraceGroup: z.string(),
  idpGroup: z.string().describe('The IdP group through which the person is in the Dynatrace group.'),
  rule: z.string().describe('The rule of bridge.yaml that asks for this grant.'),
})

export const userAccessSchema = z
  .object({
    userName: z.string(),
    email: z.string().optional().describe('The address in Dynatrace; absent when there is no usable one.'),
    active: z.boolean().describe('Whoever is not active has lost, or is about to lose, what is listed here.'),
    access: z
      .array(
        z.object({
          where: z.union([z.literal('account'), z.object({ name: z.string(), id: z.string() })]),
          grants: z.array(grantSchema).readonly(),
        }),
      )
      .readonly(),
  })
  .meta({
    id: 'UserAccess',
    description: 'What the rules give one person, in the account and each environment.',
  })

export function registerAccess(
  routes: Routes,
  { explainAccess }: Pick<OperationsParts, 'explainAccess'>,
): void {
  routes.get(
    '/access/users/:userName',
    {
      schema: {
        tags: ['access'],
        operationId: 'explainUser',
        summary: 'Every grant of a person, with the IdP group and the rule behind it',
        params: z.object({ userName: storableText() }),
        response: { 200: userAccessSchema, 400: errorSchema, 401: errorSchema, 404: errorSchema },
      },
    },
    async request => {
      const { userName } = request.params
      const access = await explainAccess(userName)
      if (access !== undefined) return access
      throw new OperationsError(
        404,
        'user-not-found',
        `The directory has no user "${userName}". Ask by userName, as the identity provider sends it.`,
      )
    },
  )
}
