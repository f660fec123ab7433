/** Policy boundaries of the account as answered: one (PolicyBoundaryOverview), and a page (PolicyBoundaryDtoList). */
import { z } from 'zod'
import { textOrEmpty } from './absent.ts'

/** Answer of `GET boundaries/{boundary}`, which the vendor's description leaves out. */
export const BoundaryAnswer = z
  .object({ uuid: z.string().min(1), name: z.string(), boundaryQuery: textOrEmpty })
  .transform(({ uuid, name, boundaryQuery }) => ({ id: uuid, name, query: boundaryQuery }))

/** Answer of `GET boundaries?page=&size=`; pages count from 1. */
export const BoundaryPage = z.object({
  pageSize: z.int().positive().nullish(),
  pageNumber: z.int().nullish(),
  totalCount: z.int().nonnegative(),
  content: z.array(BoundaryAnswer),
})
