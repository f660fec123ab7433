/** Things to add to an account, all named as people name them: for the sample account and for tests. */
import { z } from 'zod'

const map = z.record(z.string(), z.string())
const level = z.string().default('account')

export const addition = z.strictObject({
  environments: z
    .array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        active: z.boolean().default(true),
        managementZones: z.array(z.strictObject({ id: z.string(), name: z.string() })).default([]),
      }),
    )
    .default([]),
  policies: z
    .array(
      z.strictObject({
        uuid: z.uuid().optional(),
        name: z.string(),
        level,
        description: z.string().default(''),
        statement: z.string(),
      }),
    )
    .default([]),
  boundaries: z
    .array(z.strictObject({ uuid: z.uuid().optional(), name: z.string(), query: z.string() }))
    .default([]),
  groups: z
    .array(
      z.strictObject({
        uuid: z.uuid().optional(),
        name: z.string(),
        description: z.string().default(''),
        owner: z.enum(['LOCAL', 'SAML', 'SCIM', 'DCS', 'ALL_USERS']).optional(),
        federatedAttributeValues: z.array(z.string()).default([]),
      }),
    )
    .default([]),
  users: z
    .array(
      z.strictObject({
        uid: z.string().optional(),
        email: z.string(),
        name: z.string().optional(),
        surname: z.string().optional(),
        status: z.enum(['ACTIVE', 'INACTIVE', 'PENDING', 'DELETED', 'ECUSTOMS_MANUALLY_BLOCKED']).optional(),
        emergencyContact: z.boolean().optional(),
        groups: z.array(z.string()).default([]),
      }),
    )
    .default([]),
  serviceUsers: z
    .array(
      z.strictObject({
        uid: z.uuid().optional(),
        groupUuid: z.uuid().optional(),
        name: z.string(),
        description: z.string().default(''),
      }),
    )
    .default([]),
  memberships: z.array(z.strictObject({ user: z.string(), group: z.string() })).default([]),
  permissions: z.array(z.strictObject({ group: z.string(), role: z.string(), level })).default([]),
  bindings: z
    .array(
      z.strictObject({
        policy: z.string(),
        group: z.string(),
        level,
        parameters: map.default({}),
        metadata: map.default({}),
        boundaries: z.array(z.string()).default([]),
      }),
    )
    .default([]),
})

export type Addition = z.output<typeof addition>
export type AdditionInput = z.input<typeof addition>
