/** The envelope of unpaged lists, `{ count, items }`. */
import { z } from 'zod'

/** What is left of the answer when its items have been taken out of it. A `count` that disagrees with them means that items are missing. */
export const EmptiedList = z.object({ count: z.number().nullish(), items: z.array(z.never()) })
