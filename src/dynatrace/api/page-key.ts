/** What the pages of a list carry that continue by a key. */
import { z } from 'zod'

/** Absent, null or empty on the last page. `totalCount` counts the items of all pages. */
export const keyed = {
  nextPageKey: z
    .string()
    .nullish()
    .transform(key => (key ? key : undefined)),
  totalCount: z
    .int()
    .nonnegative()
    .nullish()
    .transform(count => count ?? undefined),
}
