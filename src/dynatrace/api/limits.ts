/** Use of limits as answered: of the account all numbers, of the policy service numbers with limits as strings. */
import { z } from 'zod'

/** A number, or a string of digits. */
const figure = z.union([
  z.number(),
  z
    .string()
    .regex(/^-?\d+$/, 'expected a number')
    .transform(Number),
])

const usage = z
  .object({ count: figure, limit: figure })
  .nullish()
  .transform(found => found ?? undefined)

/** Answer of `GET repo/{level}/limits` (LevelLimitsDto). */
export const LevelLimitsAnswer = z.object({ policies: usage, bindings: usage, boundaries: usage })

/** Answer of `GET limits` (AccountLimitsPage); no parameter is declared that would ask for another page. */
export const AccountLimitsPage = z
  .object({
    total: figure.nullish().catch(null),
    results: z.array(z.object({ limitType: z.string(), currentValue: figure, limitValue: figure })),
  })
  .refine(({ total, results }) => (total ?? 0) <= results.length, {
    path: ['results'],
    error: 'there are more limits than the answer holds, and no way to ask for them',
  })
  .transform(({ results }) =>
    results.map(({ limitType, currentValue, limitValue }) => {
      return { type: limitType, count: currentValue, limit: limitValue }
    }),
  )
