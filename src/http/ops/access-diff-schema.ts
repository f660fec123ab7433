/** The answer to what differs, as it is sent. */
import { z } from 'zod'
import { evaluationSchema, placeSchema } from './access-answer.ts'

const subjectSchema = z.object({
  kind: z.enum(['user', 'idp-group', 'group', 'environment']),
  name: z.string(),
  notes: z
    .array(z.string())
    .readonly()
    .describe('What to know before reading on, e.g. that a user is inactive.'),
})

const extent = {
  always: z.boolean(),
  where: z
    .array(z.string())
    .readonly()
    .describe('Unless `always`: conditions, any of which has to hold; none means everywhere but `except`.'),
  except: z.array(z.string()).readonly().describe('Conditions under which a policy denies it.'),
}

const beyond = z.object({
  onlyOne: z.array(z.string()).readonly(),
  onlyOther: z.array(z.string()).readonly(),
})

const groups = z
  .array(
    z.object({
      name: z.string(),
      through: z.array(z.object({ idpGroup: z.string(), rule: z.string() })).readonly(),
    }),
  )
  .readonly()

export const accessDiffSchema = z
  .object({
    evaluation: evaluationSchema,
    one: subjectSchema,
    other: subjectSchema,
    same: z.boolean().describe('Whether both may do the same, through whatever groups.'),
    groups: z
      .object({ onlyOne: groups, onlyOther: groups, both: z.number() })
      .describe('Dynatrace groups that only one of the two is in: why they differ.'),
    total: z.number().describe('How many entries `differences` has on all pages.'),
    differences: z
      .array(
        z.object({
          in: z
            .array(placeSchema)
            .readonly()
            .describe('Places with this difference; empty for environments.'),
          group: z.string().optional().describe('Of two environments: the Dynatrace group that differs.'),
          onlyOne: z.array(z.object({ permission: z.string(), ...extent })).readonly(),
          onlyOther: z.array(z.object({ permission: z.string(), ...extent })).readonly(),
          different: z
            .array(z.object({ permission: z.string(), one: z.object(extent), other: z.object(extent) }))
            .readonly()
            .describe('Both have it, under different conditions.'),
          roles: beyond,
          unknown: beyond.describe('Policies whose text could not be read, as they are bound.'),
        }),
      )
      .readonly(),
    next: z.string().optional().describe('Pass it as `after` for the next page; absent on the last.'),
  })
  .meta({ id: 'AccessDiff', description: 'What one allows that the other does not.' })
