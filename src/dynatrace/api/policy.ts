/** Policies as answered: in lists only what identifies them. */
import { z } from 'zod'
import { textOrEmpty } from './absent.ts'

const Policy = z
  .object({ uuid: z.string().min(1), name: z.string() })
  .transform(({ uuid, name }) => ({ id: uuid, name }))

/** Answer of `GET repo/{level}/policies`: native policies of exactly that level. */
export const PolicyList = z.object({ policies: z.array(Policy) }).transform(({ policies }) => policies)

/** Answer of `GET policies/{policy}` (LevelPolicyDto): what it says, verbatim. */
export const PolicyAnswer = z
  .object({ uuid: z.string().min(1), name: z.string(), description: textOrEmpty, statementQuery: z.string() })
  .transform(({ uuid, name, description, statementQuery }) => ({
    id: uuid,
    name,
    description,
    statement: statementQuery,
  }))
