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
  /** `label`, up to 24 capitals and digits, makes the token the same in every run: see `fixedSecret`. */
  apiTokens: z
    .array(
      z.strictObject({
        label: z
          .string()
          .regex(/^[A-Z0-9]{1,24}$/)
          .optional(),
        environment: z.string(),
        name: z.string(),
        /** A sign-in name; nobody needs to have it. */
        owner: z.string(),
        scopes: z.array(z.string()),
        personalAccessToken: z.boolean().default(false),
        enabled: z.boolean().default(true),
        creationDate: z.string().default('2025-05-05T10:20:30.400Z'),
        expirationDate: z.string().optional(),
        lastUsedDate: z.string().optional(),
      }),
    )
    .default([]),
  platformTokens: z
    .array(
      z.strictObject({
        label: z
          .string()
          .regex(/^[A-Z0-9]{1,24}$/)
          .optional(),
        user: z.string(),
        name: z.string(),
        description: z.string().optional(),
        scope: z.array(z.string()),
        environments: z.array(z.string()),
        tags: z.array(z.string()).default([]),
        /** Absent: never. */
        expirationDate: z.string().optional(),
      }),
    )
    .default([]),
  documents: z
    .array(
      z.strictObject({
        id: z.string().optional(),
        environment: z.string(),
        name: z.string(),
        type: z.string().default('dashboard'),
        /** The e-mail of a user of the account, or a uid. */
        owner: z.string(),
        description: z.string().optional(),
        isPrivate: z.boolean().default(true),
        content: z.string().optional(),
        originAppId: z.string().optional(),
        originExtensionId: z.string().optional(),
      }),
    )
    .default([]),
})

export type Addition = z.output<typeof addition>
export type AdditionInput = z.input<typeof addition>
