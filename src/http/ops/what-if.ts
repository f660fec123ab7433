/** What a proposed access model would change: the steps of a pass with it, and what people gain and lose. */
import { z } from 'zod'
import { listedFiles } from '../../access/access-files.ts'
import { formatProblems } from '../../access/format-problems.ts'
import { parseAccessFiles } from '../../access/parse.ts'
import type { WhatIf } from '../../reconcile/what-if.ts'
import { placeOf, placeSchema } from './access-answer.ts'
import { errorSchema } from './error-answer.ts'
import { OperationsError } from './operations-error.ts'
import type { OperationsParts } from './parts.ts'
import type { Routes } from './routes.ts'
import { findingSchema, newEnvironmentsSchema } from './run-schema.ts'
import { stepSchema } from './step-schema.ts'

/** Files of the largest access model, and what JSON adds to them. */
const BODY_LIMIT = 16 * 1024 * 1024
const MOST_PERSONS = 1_000

const piece = z.object({
  what: z.string().describe('A permission, `role …`, or `policy …` where nobody knows what the policy says.'),
  where: z.string().describe('Conditions under which; empty: without any.'),
})

export const whatIfSchema = z
  .object({
    at: z.string(),
    plan: z.object({ hash: z.string(), steps: z.array(stepSchema).readonly() }),
    newEnvironments: newEnvironmentsSchema,
    findings: z.array(findingSchema).readonly(),
    problems: z.array(z.string()).readonly().describe('Why the plan or the comparison may not be whole.'),
    impact: z.object({
      people: z.number().describe('Active people of the directory.'),
      gaining: z.number().describe('People who gain anything anywhere.'),
      losing: z.number().describe('People who lose anything anywhere; some may gain as well.'),
      lines: z
        .array(z.object({ where: placeSchema, what: z.string(), gaining: z.number(), losing: z.number() }))
        .readonly(),
      persons: z
        .array(
          z.object({
            userName: z.string(),
            changes: z
              .array(
                z.object({
                  where: placeSchema,
                  gains: z.array(piece).readonly(),
                  losses: z.array(piece).readonly(),
                }),
              )
              .readonly(),
          }),
        )
        .readonly()
        .optional()
        .describe(`Only when names are asked for: the first ${MOST_PERSONS} who gain or lose, by userName.`),
    }),
  })
  .meta({
    id: 'WhatIf',
    description:
      "What a proposed access model would change. The bridge's own evaluation of rules and directory.",
  })

export function registerWhatIf(routes: Routes, { whatIf }: Pick<OperationsParts, 'whatIf'>): void {
  routes.post(
    '/access/what-if',
    {
      bodyLimit: BODY_LIMIT,
      schema: {
        tags: ['access'],
        operationId: 'whatIf',
        summary: 'What a proposed access model would change, and for whom',
        description: 'Reads the account as a plan does, and changes nothing there or here.',
        body: z.strictObject({
          files: z
            .array(z.strictObject({ path: z.string().min(1).max(500), text: z.string() }))
            .min(1)
            .max(101)
            .describe('bridge.yaml first, then the files that it includes, by the paths that it names.'),
          names: z.boolean().default(false).describe('Tell who gains and loses by name.'),
        }),
        response: { 200: whatIfSchema, 400: errorSchema, 401: errorSchema },
      },
    },
    async request => {
      const [main = { path: '', text: '' }, ...included] = request.body.files
      const parsed = parseAccessFiles(listedFiles(main, included))
      if (parsed.kind === 'invalid') {
        throw new OperationsError(400, 'bad-access-model', formatProblems(parsed.problems))
      }
      return answerOf(await whatIf(parsed.model), request.body.names)
    },
  )
}

function answerOf({ impact, ...passed }: WhatIf, names: boolean) {
  const { persons, lines, ...totals } = impact
  const told = persons.slice(0, MOST_PERSONS).map(({ userName, changes }) => ({
    userName,
    changes: changes.map(({ place, ...change }) => ({ where: placeOf(place), ...change })),
  }))
  return {
    ...passed,
    impact: {
      ...totals,
      lines: lines.map(({ place, ...line }) => ({ where: placeOf(place), ...line })),
      ...(names ? { persons: told } : {}),
    },
  }
}
