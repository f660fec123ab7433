/** Use of the policy service as answered (LevelLimitsDto): counts are numbers, limits are strings. */
import { z } from 'zod'

const usage = z
  .object({ count: z.coerce.number(), limit: z.coerce.number() })
  .nullish()
  .transform(found => found ?? undefined)

/** Answer of `GET repo/{level}/limits`. */
export const LevelLimitsAnswer = z.object({ policies: usage, bindings: usage, boundaries: usage })
