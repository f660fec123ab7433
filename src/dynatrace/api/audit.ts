/** Entries of the audit log of the account as answered (AuditsByAccount), of both generations. */
import { z } from 'zod'
import { textOrEmpty } from './absent.ts'

const text = z
  .string()
  .nullish()
  .catch(null)
  .transform(text => (text ? text : undefined))

const AuditEntry = z
  .object({
    eventId: z.string().min(1),
    timestamp: z.string().refine(at => !Number.isNaN(Date.parse(at)), 'expected an instant'),
    user: textOrEmpty,
    eventProvider: textOrEmpty,
    eventType: textOrEmpty,
    resource: textOrEmpty,
    resourceName: textOrEmpty,
    resourceId: text,
    authenticationGrantType: text,
    authenticationClientId: text,
    authenticationType: text,
    authenticationToken: text,
    originAddress: text,
    originType: text,
    eventOutcome: text,
    environmentUuid: text,
    details: z.unknown().optional(),
  })
  .transform(entry => ({
    id: entry.eventId,
    at: entry.timestamp,
    user: entry.user,
    provider: entry.eventProvider,
    type: entry.eventType,
    resource: entry.resource,
    resourceName: entry.resourceName,
    resourceId: entry.resourceId,
    grantType: entry.authenticationGrantType,
    clientId: entry.authenticationClientId,
    authentication: entry.authenticationType,
    tokenId: entry.authenticationToken,
    originAddress: entry.originAddress,
    originType: entry.originType,
    outcome: entry.eventOutcome,
    environmentId: entry.environmentUuid,
    details: detailsOf(entry.details),
  }))

/** Fields beyond those of the default projection, which lacks the details. */
export const AUDIT_FIELDS = [
  'details',
  'resourceId',
  'authenticationGrantType',
  'authenticationClientId',
  'authenticationType',
  'authenticationToken',
  'originAddress',
  'originType',
  'eventOutcome',
  'environmentUuid',
] as const

/** Answer of `GET /audit/v1/accounts/{account}`. */
export const AuditPage = z
  .object({
    audits: z.array(AuditEntry),
    warnings: z
      .array(z.object({ message: textOrEmpty }))
      .nullish()
      .transform(warnings => (warnings ?? []).map(({ message }) => message)),
  })
  .transform(({ audits, warnings }) => ({ events: audits, warnings }))

/** A map whose values are strings that hold JSON; of older events objects, or the whole is one such string. */
function detailsOf(value: unknown): Readonly<Record<string, unknown>> {
  const content = parsed(value)
  if (content === undefined || content === null) return {}
  const map = z.record(z.string(), z.unknown()).safeParse(content)
  if (!map.success) return { details: content }
  return Object.fromEntries(Object.entries(map.data).map(([name, each]) => [name, parsed(each)]))
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}
