/**
 * A saved account as JSON: everything it holds, with the switches and the OAuth client. Lists keep the order of the
 * account; indexes are not saved. A change that old files do not fit needs the next version and a step from this one.
 */
import { z } from 'zod'
import { environmentThings } from './environment-schema.ts'

export const snapshotKind = 'dynatrace-simulator'
export const snapshotVersion = 1

/** Absent in the file where the account has no value. */
const maybe = z
  .string()
  .nullish()
  .transform(value => value ?? undefined)
const text = z.string().min(1)
const map = z.record(z.string(), z.string())
const level = z.strictObject({ type: z.enum(['global', 'account', 'environment']), id: text })

const user = z.strictObject({
  uid: text,
  email: text,
  name: maybe,
  surname: maybe,
  status: z.enum(['ACTIVE', 'INACTIVE', 'PENDING', 'DELETED', 'ECUSTOMS_MANUALLY_BLOCKED']),
  emergencyContact: z.boolean(),
  kind: z.enum(['person', 'service']),
  description: z.string(),
  helperGroupId: maybe,
  createdAt: text,
  /** UUIDs of the groups the user is in; the group of all users is not among them. */
  groups: z.array(text),
})

const permission = z.strictObject({
  permissionName: text,
  scope: text,
  scopeType: z.enum(['account', 'tenant', 'management-zone']),
  createdAt: text,
  updatedAt: text,
})

const group = z.strictObject({
  uuid: text,
  name: text,
  description: z.string(),
  owner: z.enum(['LOCAL', 'SAML', 'SCIM', 'DCS', 'ALL_USERS']),
  federatedAttributeValues: z.array(z.string()),
  createdAt: text,
  updatedAt: text,
  permissions: z.array(permission),
})

const auditEvent = z.strictObject({
  eventId: text,
  timestamp: text,
  user: z.string(),
  eventProvider: z.string(),
  eventType: text,
  resource: z.enum(['USER', 'GROUP', 'POLICY', 'BOUNDARY']),
  resourceName: z.string(),
  resourceId: z.string(),
  accountUuid: text,
  authenticationType: z.string(),
  authenticationGrantType: z.string(),
  authenticationClientId: z.string(),
  originType: z.string(),
  originAddress: z.string(),
  eventOutcome: z.string(),
  eventVersion: z.string(),
  details: z.strictObject({ json_before: z.string(), json_after: z.string(), json_patch: z.string() }),
})

export const snapshot = z.strictObject({
  kind: z.literal(snapshotKind),
  version: z.literal(snapshotVersion),
  account: z.strictObject({ uuid: text, name: z.string(), ownerEmail: text, subjectEmail: text }),
  /** Read by `changedSwitches`: those that are left out have their default. */
  switches: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
  client: z.strictObject({ secret: text, scopes: z.array(text), active: z.boolean() }),
  environments: z.array(
    z.strictObject({
      id: text,
      name: text,
      active: z.boolean(),
      managementZones: z.array(z.strictObject({ id: text, name: text })),
    }),
  ),
  groups: z.array(group),
  users: z.array(user),
  /** People Dynatrace knows, removed ones included; `key` is the e-mail by which it finds them. */
  identities: z.array(
    z.strictObject({ key: text, uid: text, name: maybe, surname: maybe, signedUp: z.boolean() }),
  ),
  policies: z.array(
    z.strictObject({
      uuid: text,
      level,
      name: text,
      description: z.string(),
      tags: z.array(z.string()),
      statementQuery: text,
    }),
  ),
  boundaries: z.array(z.strictObject({ uuid: text, name: text, boundaryQuery: text, metadata: map })),
  bindings: z.array(
    z.strictObject({
      level,
      policyUuid: text,
      groupUuid: text,
      parameters: map,
      metadata: map,
      boundaries: z.array(text),
    }),
  ),
  audit: z.array(auditEvent),
  ...environmentThings,
})

export type Snapshot = z.output<typeof snapshot>
