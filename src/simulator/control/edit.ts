/** What a person can do in the console, by the names they see there, as the control plane takes it. */
import { z } from 'zod'

const text = z.string().min(1)
const level = text.default('account')
const map = z.record(z.string(), z.string())
const member = { user: text, group: text }
const bound = { policy: text, group: text, level }
const permission = { group: text, role: text, level }
const policy = { policy: text, level }

export const edit = z.intersection(
  z.object({ as: text }),
  z.discriminatedUnion('do', [
    z.object({ do: z.literal('add-member'), ...member }),
    z.object({ do: z.literal('remove-member'), ...member }),
    z.object({
      do: z.literal('add-binding'),
      ...bound,
      parameters: map.default({}),
      boundaries: z.array(text).default([]),
    }),
    /** Without parameters every binding of the pair goes. */
    z.object({ do: z.literal('remove-binding'), ...bound, parameters: map.default({}) }),
    z.object({
      do: z.literal('change-boundaries'),
      ...bound,
      parameters: map.default({}),
      boundaries: z.array(text),
    }),
    z.object({ do: z.literal('create-group'), name: text, description: z.string().default('') }),
    z.object({ do: z.literal('rename-group'), group: text, name: text }),
    z.object({ do: z.literal('describe-group'), group: text, description: z.string() }),
    z.object({ do: z.literal('federate-group'), group: text, values: z.array(text) }),
    z.object({ do: z.literal('delete-group'), group: text }),
    z.object({ do: z.literal('add-permission'), ...permission }),
    z.object({ do: z.literal('remove-permission'), ...permission }),
    z.object({ do: z.literal('add-user'), user: text }),
    z.object({ do: z.literal('accept-invitation'), user: text }),
    z.object({ do: z.literal('deactivate-user'), user: text }),
    z.object({ do: z.literal('activate-user'), user: text }),
    z.object({ do: z.literal('remove-user'), user: text }),
    z.object({
      do: z.literal('create-policy'),
      ...policy,
      statement: text,
      description: z.string().default(''),
    }),
    z.object({ do: z.literal('change-policy'), ...policy, statement: text }),
    z.object({ do: z.literal('delete-policy'), ...policy, force: z.boolean().default(false) }),
    z.object({ do: z.literal('create-boundary'), boundary: text, query: text }),
    z.object({ do: z.literal('change-boundary'), boundary: text, query: text }),
    z.object({ do: z.literal('rename-boundary'), boundary: text, name: text }),
    z.object({ do: z.literal('delete-boundary'), boundary: text }),
  ]),
)

export type Edit = z.output<typeof edit>
