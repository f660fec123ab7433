/** The policies of a level as answered: only what identifies them. */
import { z } from 'zod'

const Policy = z
  .object({ uuid: z.string().min(1), name: z.string() })
  .transform(({ uuid, name }) => ({ id: uuid, name }))

/** Answer of `GET repo/{level}/policies`: native policies of exactly that level. */
export const PolicyList = z.object({ policies: z.array(Policy) }).transform(({ policies }) => policies)
