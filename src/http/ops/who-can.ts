/** Who may use a permission, where, and through what. */
import { z } from 'zod'
import type { PersonWhoCan, WhoCan } from '../../access/who-can/who-can.ts'
import { whoCan } from '../../access/who-can/who-can.ts'
import { inTurns } from '../../lib/turns.ts'
import { catalogueOrigin, isKnownPermission, nearestPermission, supports } from '../../policy/catalogue.ts'
import { evaluationOf, evaluationSchema, placeOf, placeSchema, placesOf } from './access-answer.ts'
import { errorSchema } from './error-answer.ts'
import { OperationsError } from './operations-error.ts'
import type { OperationsParts } from './parts.ts'
import type { Routes } from './routes.ts'
import { attributesOf, whereQuery } from './where-query.ts'

const waySchema = z.object({
  idpGroup: z.string(),
  rule: z.string(),
  dynatraceGroup: z.string(),
  policy: z.string(),
  parameters: z.record(z.string(), z.string()),
  boundaries: z.array(z.string()).readonly(),
  inherited: z.boolean().describe('Bound in the account, and so in every environment.'),
})

const answerSchema = z.object({
  in: z.array(placeSchema).readonly().describe('Places where this is so for the same reasons.'),
  verdict: z
    .enum(['allowed', 'allowed-if', 'unknown'])
    .describe('`unknown`: only policies whose text could not be read may allow it.'),
  where: z
    .array(z.string())
    .readonly()
    .describe('Of `allowed-if`: conditions, any of which has to hold; none means everywhere but `except`.'),
  except: z
    .array(z.object({ where: z.string(), policy: z.string(), group: z.string() }))
    .readonly()
    .describe('Where a policy of one of the groups denies it.'),
  through: z.array(waySchema).readonly(),
  unknown: z.array(z.string()).readonly().describe('Policies of this person that could not be read.'),
})

export const whoCanSchema = z
  .object({
    evaluation: evaluationSchema,
    permission: z.string(),
    where: z.record(z.string(), z.string()),
    warnings: z.array(z.string()).readonly().describe('What may be wrong with the question.'),
    totals: z
      .array(
        z.object({
          in: placeSchema,
          allowed: z.number(),
          allowedIf: z.number(),
          unknown: z.number(),
        }),
      )
      .readonly()
      .describe('Of everybody, whatever the page.'),
    people: z.number().describe('Active people who can, or may be able to, somewhere.'),
    page: z
      .array(z.object({ userName: z.string(), email: z.string(), answers: z.array(answerSchema).readonly() }))
      .readonly()
      .describe('By userName.'),
    next: z.string().optional().describe('Pass it as `after` for the next page; absent on the last.'),
  })
  .meta({ id: 'WhoCan', description: 'Who may use a permission, and through what.' })

const querystring = z.strictObject({
  permission: z.string().min(1).max(200).describe('`service:resource:action`, e.g. `storage:logs:read`.'),
  environment: z.string().min(1).optional().describe('Name or id, or `account`; absent: each one.'),
  where: whereQuery,
  limit: z.coerce.number().int().min(1).max(200).default(100),
  after: z.string().min(1).optional().describe('Only people whose userName comes after this one.'),
})

export function registerWhoCan(routes: Routes, { viewAccess }: Pick<OperationsParts, 'viewAccess'>): void {
  routes.get(
    '/access/who-can',
    {
      schema: {
        tags: ['access'],
        operationId: 'whoCan',
        summary: 'Active people who may use a permission, and through which group and rule',
        description:
          'What any of their groups denies counts. Policies of the account count in every environment, so environments are told one by one and the account only when it is asked for.',
        querystring,
        response: { 200: whoCanSchema, 400: errorSchema, 401: errorSchema },
      },
    },
    async request => {
      const { permission, environment, where: written, limit, after } = request.query
      checkPermission(permission)
      const where = attributesOf(written)
      const view = await viewAccess({ kind: 'full' })
      const places = placesOf(view, environment)
      const answer = await inTurns(whoCan({ permission, where, places, limit, after }, view))
      const { totals, people, page, next, unknown } = answer
      return {
        evaluation: evaluationOf(view, unknown),
        permission,
        where,
        warnings: warningsAbout(permission, where),
        totals: totals.map(toTotal),
        people,
        page: page.map(toPerson),
        ...(next === undefined ? {} : { next }),
      }
    },
  )
}

const toTotal = ({ place, ...counts }: WhoCan['totals'][number]) => ({ in: placeOf(place), ...counts })

const toPerson = ({ answers, ...person }: PersonWhoCan) => ({
  ...person,
  answers: answers.map(({ places, ...answer }) => ({ in: places.map(placeOf), ...answer })),
})

function checkPermission(permission: string): void {
  if (/^[\w-]+:[\w.-]+:[\w.-]+$/.test(permission)) return
  const similar = nearestPermission(permission)
  const remedy =
    similar === undefined
      ? 'Write service:resource:action, for example storage:logs:read.'
      : `Did you mean ${similar}?`
  throw new OperationsError(400, 'bad-permission', `"${permission}" is no permission. ${remedy}`)
}

function warningsAbout(permission: string, where: Readonly<Record<string, string>>): readonly string[] {
  if (!isKnownPermission(permission)) {
    const similar = nearestPermission(permission)
    const hint = similar === undefined ? '' : ` Did you mean ${similar}?`
    return [`The catalogue of ${catalogueOrigin.date} does not know the permission ${permission}.${hint}`]
  }
  return Object.keys(where)
    .filter(name => !supports(permission, name))
    .map(name => `${permission} does not know the condition ${name}: boundaries do not limit it by that.`)
}
