/** Account resources as Monaco writes them (its `groups.yaml`, `policies.yaml`, …), for reading. */
import { z } from 'zod'

/** Either a name, or a reference to something that the files define. */
const reference = z.union([
  z.string(),
  z.object({ type: z.literal('reference'), id: z.string() }).transform(({ id }) => ({ id })),
])

export type Reference = z.output<typeof reference>

const many = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform(all => all ?? [])

const text = z
  .string()
  .nullish()
  .transform(value => value ?? '')

/** A name or reference alone is the older way to write a binding without boundaries. */
const binding = z.union([
  reference.transform(policy => ({ policy, boundaries: [] })),
  z.object({ policy: reference, boundaries: many(reference) }),
])

export type MonacoBinding = z.output<typeof binding>

const grants = { permissions: many(z.string()), policies: many(binding) }

const group = z.object({
  id: z.string(),
  name: z.string(),
  description: text,
  federatedAttributeValues: many(z.string()),
  account: z.object(grants).nullish(),
  environments: many(z.object({ environment: z.string(), ...grants })),
  managementZones: many(
    z.object({ environment: z.string(), managementZone: z.coerce.string(), permissions: many(z.string()) }),
  ),
  originObjectId: z.string().nullish(),
})

export type MonacoGroup = z.output<typeof group>

const level = z.discriminatedUnion('type', [
  z.object({ type: z.literal('account') }).transform(() => ({ kind: 'account' as const })),
  z
    .object({ type: z.literal('environment'), environment: z.string() })
    .transform(({ environment }) => ({ kind: 'environment' as const, id: environment })),
])

export const monacoFile = z.object({
  groups: many(group),
  policies: many(
    z.object({
      id: z.string(),
      name: z.string(),
      level,
      description: text,
      policy: z.string(),
      originObjectId: z.string().nullish(),
    }),
  ),
  boundaries: many(
    z.object({ id: z.string(), name: z.string(), query: z.string(), originObjectId: z.string().nullish() }),
  ),
  users: many(z.object({ email: z.string(), groups: many(reference) })),
  serviceUsers: many(z.object({ name: z.string(), groups: many(reference) })),
})

export type MonacoFile = z.output<typeof monacoFile>

/** Any of these keys makes a file one of account resources. */
export const monacoKeys = ['groups', 'policies', 'boundaries', 'users', 'serviceUsers'] as const
