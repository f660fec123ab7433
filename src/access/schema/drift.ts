/** What becomes of drift and of approvals, in the words of JSON Schema. */
import { z } from 'zod'
import { duration, words } from './plain.ts'
import { optional, shape } from './shape.ts'

const doing = z.enum(['apply', 'hold'])

export const driftShape = shape(
  {
    description:
      'What is carried out at once, and what waits for a person. The directory is always followed.',
  },
  {
    repair: optional(doing, 'What somebody changed in the account by hand; apply unless given.'),
    changes: optional(doing, 'What a change of this file brings about; apply unless given.'),
  },
)

export const approvalsShape = shape(
  { description: 'How steps that wait are approved.' },
  {
    expireAfter: optional(duration, 'How long a word counts, from 1m to 30d; 24h unless given.'),
    secondPerson: optional(
      z.union([z.enum(['never', 'always']), z.array(words)]),
      'Whether a second person has to agree, who is not the one who asked: never (unless given), always, or for steps that these guards hold.',
    ),
  },
)
