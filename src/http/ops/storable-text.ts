/** Text of a caller that goes to the database: PostgreSQL takes no NUL, which would look like a failure of ours. */
import { z } from 'zod'

export const storableText = (): z.ZodString => z.string().regex(/^[^\0]*$/, 'must not hold NUL characters')
