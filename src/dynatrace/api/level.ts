/** Levels as answered, beside the id of what lives there. */
import { z } from 'zod'

/** `levelType` and `levelId`, as one value. */
export const Level = z
  .discriminatedUnion('levelType', [
    z.object({ levelType: z.literal('global') }),
    z.object({ levelType: z.literal('account') }),
    z.object({ levelType: z.literal('environment'), levelId: z.string().min(1) }),
  ])
  .transform(level =>
    level.levelType === 'environment'
      ? { kind: level.levelType, id: level.levelId }
      : { kind: level.levelType },
  )
