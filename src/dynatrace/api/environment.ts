/** The environments of the account as answered (EnvironmentListDto); the name may be missing. */
import { z } from 'zod'

const Environment = z
  .object({ id: z.string().min(1), name: z.string().nullish(), active: z.boolean() })
  .transform(({ id, name, active }) => ({ id, name: name ?? id, active }))

/** Answer of `GET /env/v2/accounts/{account}/environments`. */
export const EnvironmentList = z.object({ data: z.array(Environment) }).transform(({ data }) => data)
