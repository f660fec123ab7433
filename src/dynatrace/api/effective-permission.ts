/** Effective permissions as answered (EffectivePermissions); some answers have `items` in the place of the documented list. */
import { z } from 'zod'
import { Level } from './level.ts'

const text = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)])

const Condition = z.object({
  name: z.string(),
  operator: z.string(),
  values: z.union([z.array(text), text.transform(value => [value])]),
})

const Source = z.object({
  policy: z
    .object({ uuid: z.string().min(1), name: z.string() })
    .and(Level)
    .transform(({ uuid, name, ...level }) => ({ id: uuid, name, level })),
  binding: z
    .object({ groupUuid: z.string().min(1) })
    .and(Level)
    .transform(({ groupUuid, ...level }) => ({ groupId: groupUuid, level })),
})

const Effect = z
  .object({
    effect: z.enum(['ALLOW', 'DENY']),
    conditions: z
      .array(Condition)
      .nullish()
      .transform(conditions => conditions ?? []),
    effectivePolicies: z
      .array(Source)
      .nullish()
      .transform(sources => sources ?? []),
  })
  .transform(({ effectivePolicies, ...effect }) => ({ ...effect, sources: effectivePolicies }))

const Permission = z.object({ permission: z.string().min(1), effects: z.array(Effect) })

/** Answer of `GET effectivepermissions`; pages count from 1. `total` is not documented. */
export const EffectivePermissionPage = z
  .object({
    effectivePermissions: z.array(Permission).optional(),
    items: z.array(Permission).optional(),
    total: z.int().nonnegative().nullish().catch(null),
  })
  .transform((page, context) => {
    const permissions = page.effectivePermissions ?? page.items
    if (permissions === undefined) {
      context.addIssue({ code: 'custom', path: ['effectivePermissions'], message: 'there is no list' })
      return z.NEVER
    }
    return { permissions, total: page.total ?? undefined }
  })
