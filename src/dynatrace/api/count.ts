/** The envelope of unpaged lists, `{ count, items }`: a `count` that disagrees means that items are missing. */
import { z } from 'zod'

export const counted = <Item extends z.ZodType>(item: Item) =>
  z
    .object({ count: z.number().nullish(), items: z.array(item) })
    .refine(({ count, items }) => (count ?? items.length) === items.length, {
      path: ['count'],
      error: 'it disagrees with the number of items',
    })
    .transform(({ items }) => items)
