/** Policy bindings as answered (LevelPolicyBindingDto, and the undocumented details of one group). */
import { z } from 'zod'
import { mapOrEmpty, textsOrEmpty } from './absent.ts'

const parts = { parameters: mapOrEmpty, metadata: mapOrEmpty, boundaries: textsOrEmpty }

/** Answer of `GET bindings`: groups that share everything else are folded into one entry. */
export const LevelBindings = z
  .object({
    policyBindings: z.array(
      z.object({ policyUuid: z.string().min(1), groups: z.array(z.string().min(1)), ...parts }),
    ),
  })
  .transform(({ policyBindings }) => policyBindings)

/**
 * Answer of `GET bindings/groups/{group}?details=true`, one entry per binding. Without details for a
 * policy that is named nothing is known of its boundaries and parameters: such an answer is malformed.
 */
export const GroupBindings = z
  .object({
    policyUuids: z.array(z.string()),
    bindingsDetails: z
      .array(z.object({ policyUuid: z.string().min(1), ...parts }))
      .nullish()
      .transform(details => details ?? []),
  })
  .refine(
    ({ policyUuids, bindingsDetails }) =>
      policyUuids.every(id => bindingsDetails.some(({ policyUuid }) => policyUuid === id)),
    { path: ['bindingsDetails'], error: 'a policy is named without its details' },
  )
  .transform(({ bindingsDetails }) => bindingsDetails)
