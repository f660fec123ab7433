/** What somebody may do, and why they can or cannot do one thing. */
import { z } from 'zod'
import { placeOf, placeSchema } from './access-answer.ts'
import { accessAnswerSchema, type ToldAnswer } from './access-answer-schema.ts'
import { errorSchema } from './error-answer.ts'
import { OperationsError } from './operations-error.ts'
import type { AccessAnswer, OperationsParts } from './parts.ts'
import type { Routes } from './routes.ts'
import { storableText } from './storable-text.ts'
import { attributesOf, whereQuery } from './where-query.ts'

const grantSchema = z.object({
  kind: z.enum(['policy', 'role']),
  name: z.string(),
  parameters: z.record(z.string(), z.string()),
  boundaries: z.array(z.string()).readonly(),
  zone: z.string().optional().describe('Management zone to which a role is limited.'),
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
          where: placeSchema,
          grants: z.array(grantSchema).readonly(),
        }),
      )
      .readonly(),
    answer: accessAnswerSchema.optional().describe('Only when a permission is asked about.'),
  })
  .meta({
    id: 'UserAccess',
    description: 'What the rules give one person, in the account and each environment.',
  })

const querySchema = z.object({
  environment: storableText()
    .min(1)
    .max(200)
    .optional()
    .describe('Name or id, or `account`; by default everywhere.'),
  can: z
    .string()
    .max(200)
    .regex(/^[^\s:\0]+:[^\s\0]+$/, 'must be a permission, e.g. storage:logs:read')
    .optional()
    .describe('Answers whether the person can use this permission, and why.'),
  where: whereQuery,
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
        summary:
          'Every grant of a person, with the IdP group and the rule behind it; or why they can or cannot do one thing',
        params: z.object({ userName: storableText() }),
        querystring: querySchema,
        response: { 200: userAccessSchema, 400: errorSchema, 401: errorSchema, 404: errorSchema },
      },
    },
    async request => {
      const { userName } = request.params
      const { environment, can, where } = request.query
      const access = await explainAccess({ userName, environment, can, where: attributesFor(where, can) })
      if (access !== undefined) {
        const { answer, ...told } = access
        return answer === undefined ? told : { ...told, answer: toldAnswer(answer) }
      }
      throw new OperationsError(
        404,
        'user-not-found',
        `The directory has no user "${userName}". Ask by userName, as the identity provider sends it.`,
      )
    },
  )
}

function attributesFor(where: z.output<typeof whereQuery>, can: string | undefined): Attributes {
  if (where !== undefined && can === undefined) {
    throw new OperationsError(400, 'bad-where', '"where" needs "can", the permission in question.')
  }
  return attributesOf(where)
}

type Attributes = Readonly<Record<string, string>>

function toldAnswer({ at, places, ...answer }: AccessAnswer): ToldAnswer {
  return {
    ...answer,
    evaluation: { by: 'scim-bridge', basis: 'rules and directory', at },
    places: places.map(({ place, ...explanation }) => ({
      where: placeOf(place),
      ...explanation,
    })),
  }
}
