/** The answer to "can this person do that there, and why", as it is told over HTTP. */
import { z } from 'zod'

const placeSchema = z.union([z.literal('account'), z.object({ name: z.string(), id: z.string() })])

const linkSchema = z.object({
  kind: z
    .enum([
      'user',
      'idp-group',
      'rule',
      'account-user',
      'dynatrace-group',
      'binding',
      'boundary',
      'statement',
      'environment',
    ])
    .describe('`account-user` is the person as Dynatrace has them.'),
  name: z.string(),
  state: z.enum(['ok', 'broken', 'unknown']),
  why: z.string().optional(),
  remedy: z.string().optional(),
})

export const explanationSchema = z.object({
  where: placeSchema,
  verdict: z
    .enum(['allowed', 'allowed-if', 'denied', 'unknown'])
    .describe(
      'By rules and directory, as far as nothing in the account stands against it. `unknown`: a policy could not be read.',
    ),
  conditions: z
    .array(z.string())
    .readonly()
    .describe(
      'Of `allowed-if`: one of these has to hold; none means everywhere but where one of `except` holds.',
    ),
  except: z.array(z.string()).readonly(),
  decidedBy: z
    .array(
      z.object({
        effect: z.enum(['ALLOW', 'DENY']),
        statement: z.string(),
        policy: z.string(),
        group: z.string(),
      }),
    )
    .readonly()
    .describe('The statements that count, and the Dynatrace groups they come from.'),
  ways: z
    .array(z.object({ links: z.array(linkSchema).readonly() }))
    .readonly()
    .describe('The ways that lead there, at most five; of a denial the one with the fewest broken links.'),
  broken: linkSchema.optional().describe('Of a denial: the first broken link of that way.'),
  wouldGive: z
    .object({ groups: z.array(z.string()).readonly(), count: z.number() })
    .describe('Of a denial: IdP groups that would give it, at most five by name.'),
  unread: z
    .array(z.string())
    .readonly()
    .describe('Policies that could not be read and might change the answer.'),
  besides: z
    .array(z.object({ group: z.string(), policy: z.string(), statement: z.string() }))
    .readonly()
    .describe('What groups say about it that the bridge does not manage, from Dynatrace.'),
  dynatrace: z
    .union([
      z.object({
        compared: z.literal(true),
        agrees: z.boolean(),
        differences: z.array(z.string()).readonly(),
        verdict: z.enum(['allowed', 'allowed-if', 'denied']).describe('With all groups of the person.'),
      }),
      z.object({ compared: z.literal(false), why: z.string() }),
    ])
    .describe("Dynatrace's own effective permissions: whether they agree about the groups of the bridge."),
})

export const accessAnswerSchema = z
  .object({
    can: z.string(),
    where: z.record(z.string(), z.string()),
    evaluation: z.object({
      by: z.literal('scim-bridge'),
      basis: z.literal('rules and directory'),
      at: z.string(),
    }),
    places: z.array(explanationSchema).readonly(),
    problems: z
      .array(z.string())
      .readonly()
      .describe('What was not known, or looks like a slip in the question.'),
  })
  .meta({
    id: 'AccessAnswer',
    description:
      "Whether the person can do it, and why: the bridge's own evaluation, compared with Dynatrace's.",
  })

export type ToldAnswer = z.output<typeof accessAnswerSchema>
export type ToldExplanation = z.output<typeof explanationSchema>
export type ToldLink = z.output<typeof linkSchema>
