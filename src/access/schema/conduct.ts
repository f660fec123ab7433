/** How the bridge goes about its work: lifecycle, protection, schedule. */
import { z } from 'zod'
import { duration, email, listOfWords } from './plain.ts'
import { optional, required, shape } from './shape.ts'

export const removeAfterShape = shape(
  { description: 'Loses the groups of this file at once, and is removed from the account after this time.' },
  { 'remove-after': required(duration, 'From 1s to 3650d.', '7d') },
)

const leaving = z.union([z.literal('strip-groups'), removeAfterShape.schema])

export const lifecycleShape = shape(
  { description: 'What becomes of people.' },
  {
    invite: optional(
      z.enum(['on-creation', 'with-first-access']),
      'When somebody is added to the account, which makes Dynatrace send an invitation.',
    ),
    deactivated: optional(leaving, 'What happens to somebody whom the identity provider deactivates.'),
    deleted: optional(leaving, 'What happens to somebody whom the identity provider deletes.'),
  },
)

export const protectShape = shape(
  { description: 'What is never changed, whatever the rules say.' },
  {
    users: optional(z.array(email), 'People by e-mail: never removed, never stripped of anything.', [
      'owner@acme.example',
    ]),
    groups: optional(listOfWords, 'Dynatrace groups by name: never changed.', ['break-glass']),
  },
)

export const scheduleShape = shape(
  { description: 'When the whole account is compared.' },
  {
    full: optional(duration, 'Time between two comparisons, from 1s to 7d; 5m unless given.'),
    audit: optional(
      z.union([duration, z.literal('off'), z.literal(false)]),
      'Time between two looks at the audit log of the account, from 1s to 1d; 30s unless given. What somebody changes by hand is compared right after such a look. off: only by the comparison of everything.',
    ),
  },
)
