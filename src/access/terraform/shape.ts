/** The attributes of the provider's IAM resources, as far as access hangs on them. */
import { z } from 'zod'

const text = z
  .string()
  .nullish()
  .transform(value => value ?? '')

const texts = z
  .array(z.string())
  .nullish()
  .transform(all => all ?? [])

const map = z
  .record(z.string(), z.string())
  .nullish()
  .transform(all => all ?? {})

const many = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform(all => all ?? [])

const id = z.string().min(1)

/** Account or environment, whichever is not empty. */
const place = { account: text, environment: text }

export const iamGroup = z.object({
  id,
  name: z.string(),
  description: text,
  federated_attribute_values: texts,
  permissions: many(
    z.object({
      permission: many(
        z.object({
          name: z.string(),
          scope: z.string(),
          type: z.enum(['account', 'tenant', 'management-zone']),
        }),
      ),
    }),
  ),
})

export const iamPermission = z.object({ name: z.string(), group: id, ...place, management_zone: text })

export const iamPolicy = z.object({
  id,
  uuid: text,
  name: z.string(),
  description: text,
  ...place,
  statement_query: z.string(),
})

export const iamBoundary = z.object({ id, name: z.string(), query: z.string() })

export const iamBindings = z.object({ group: id, ...place, policies: texts })

export const iamBindingsV2 = z.object({
  group: id,
  ...place,
  policy: many(z.object({ id, parameters: map, metadata: map, boundaries: texts })),
})

export const iamUser = z.object({ email: z.string(), groups: texts })

/** Data sources tell names of what Terraform does not manage. */
export const iamPoliciesData = z.object({
  policies: many(z.object({ id: text, uuid: text, name: z.string(), account: text, environment: text })),
})

export const iamGroupData = z.object({ id, name: z.string() })
