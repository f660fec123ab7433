/** Policies as answered: in lists only what identifies them. */
import { z } from 'zod'
import { textOrEmpty } from './absent.ts'
import { Level } from './level.ts'

const identity = { uuid: z.string().min(1), name: z.string() }

const Policy = z.object(identity).transform(({ uuid, name }) => ({ id: uuid, name }))

/** Answer of `GET repo/{level}/policies`: native policies of exactly that level. */
export const PolicyList = z.object({ policies: z.array(Policy) }).transform(({ policies }) => policies)

const PolicyOverview = z
  .object(identity)
  .and(Level)
  .transform(({ uuid, name, ...level }) => ({ id: uuid, name, level }))

/** Answer of `GET repo/{level}/policies/aggregate`: those of higher levels too, each with its own level. */
export const PolicyOverviewList = z
  .object({ policyOverviewList: z.array(PolicyOverview) })
  .transform(({ policyOverviewList }) => policyOverviewList)

/** Answer of `GET policies/{policy}` (LevelPolicyDto): what it says, verbatim. */
export const PolicyAnswer = z
  .object({ ...identity, description: textOrEmpty, statementQuery: z.string() })
  .transform(({ uuid, name, description, statementQuery }) => ({
    id: uuid,
    name,
    description,
    statement: statementQuery,
  }))
