/** What a person can do in the console, by the names they see there, as the control plane takes it. */
import { z } from 'zod'

const text = z.string().min(1)
const level = text.default('account')
const map = z.record(z.string(), z.string())
const member = { user: text, group: text }
const bound = { policy: text, group: text, level }
/** Tells bindings of one pair apart; for a new one, what it has. */
const which = { parameters: map.default({}), metadata: map.default({}) }
const permission = { group: text, role: text, level }
const policy = { policy: text, level }

const change = z.discriminatedUnion(
  'do',
  [
    z.object({ do: z.literal('add-member'), ...member }),
    z.object({ do: z.literal('remove-member'), ...member }),
    z.object({
      do: z.literal('add-binding'),
      ...bound,
      ...which,
      boundaries: z.array(text).default([]),
    }),
    /** Without parameters and metadata every binding of the pair goes. */
    z.object({ do: z.literal('remove-binding'), ...bound, ...which }),
    z.object({ do: z.literal('change-boundaries'), ...bound, ...which, boundaries: z.array(text) }),
    /** What `to` leaves out stays. */
    z.object({
      do: z.literal('change-binding'),
      ...bound,
      ...which,
      to: z.object({
        parameters: map.optional(),
        metadata: map.optional(),
        boundaries: z.array(text).optional(),
      }),
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
    z.object({ do: z.literal('set-emergency-contact'), user: text, on: z.boolean() }),
    z.object({ do: z.literal('create-service-user'), name: text, description: z.string().default('') }),
    /** By name, uid or e-mail. */
    z.object({ do: z.literal('delete-service-user'), user: text }),
    z.object({
      do: z.literal('add-environment'),
      id: text.regex(/^[\w-]+$/, 'must be letters, digits, _ and -'),
      environment: text,
      managementZones: z.array(z.object({ id: text, name: text })).default([]),
    }),
    z.object({ do: z.literal('activate-environment'), environment: text }),
    z.object({ do: z.literal('deactivate-environment'), environment: text }),
    z.object({
      do: z.literal('create-policy'),
      ...policy,
      statement: text,
      description: z.string().default(''),
    }),
    z.object({ do: z.literal('change-policy'), ...policy, statement: text }),
    z.object({ do: z.literal('rename-policy'), ...policy, name: text }),
    z.object({ do: z.literal('describe-policy'), ...policy, description: z.string() }),
    z.object({ do: z.literal('delete-policy'), ...policy, force: z.boolean().default(false) }),
    z.object({ do: z.literal('create-boundary'), boundary: text, query: text }),
    z.object({ do: z.literal('change-boundary'), boundary: text, query: text }),
    z.object({ do: z.literal('rename-boundary'), boundary: text, name: text }),
    z.object({ do: z.literal('delete-boundary'), boundary: text }),
  ],
  { error: () => `There is no such edit. These are: ${edits().join(', ')}` },
)

const edits = (): readonly string[] => change.options.map(option => option.shape.do.value)

/** Every edit, with the e-mail of the person who makes it; with `client` it is automation that acts as that person. */
export const edit = z.intersection(z.object({ as: text, client: text.optional() }), change)

export type Edit = z.output<typeof edit>
