/** The part of a saved account that belongs to its environments: tokens, documents, allowed addresses, audit log. */
import { z } from 'zod'

const maybe = z
  .string()
  .nullish()
  .transform(value => value ?? undefined)
const text = z.string().min(1)

export const environmentThings = {
  apiTokens: z.array(
    z.strictObject({
      id: text,
      environmentId: text,
      name: z.string(),
      enabled: z.boolean(),
      owner: z.string(),
      personalAccessToken: z.boolean(),
      scopes: z.array(z.string()),
      creationDate: text,
      modifiedDate: maybe,
      expirationDate: maybe,
      lastUsedDate: maybe,
      lastUsedIpAddress: maybe,
      digest: text,
    }),
  ),
  platformTokens: z.array(
    z.strictObject({
      tokenId: text,
      name: z.string(),
      description: maybe,
      scope: z.array(z.string()),
      tags: z.array(z.string()),
      resource: z.array(z.string()),
      expirationDate: maybe,
      userUuid: text,
      status: z.enum(['ACTIVE', 'INACTIVE']),
      createdAt: text,
      lastUsedAt: maybe,
      lastClientIp: maybe,
      digest: text,
    }),
  ),
  documents: z.array(
    z.strictObject({
      id: text,
      environmentId: text,
      name: z.string(),
      type: text,
      description: maybe,
      version: z.int(),
      owner: z.string(),
      isPrivate: z.boolean(),
      content: z.string(),
      originAppId: maybe,
      originExtensionId: maybe,
      createdBy: z.string(),
      createdTime: text,
      lastModifiedBy: z.string(),
      lastModifiedTime: text,
      trashedAt: maybe,
    }),
  ),
  allowlists: z.array(
    z.strictObject({
      environmentId: text,
      enabled: z.boolean(),
      allowWebhookOverride: z.boolean(),
      allowlist: z.array(z.strictObject({ name: z.string(), ipRange: text })),
    }),
  ),
  environmentAudit: z.array(
    z.strictObject({
      logId: text,
      eventType: z.enum(['CREATE', 'UPDATE', 'DELETE']),
      category: z.literal('TOKEN'),
      entityId: text,
      environmentId: text,
      user: z.string(),
      userType: z.enum(['USER_NAME', 'PUBLIC_TOKEN_IDENTIFIER']),
      userOrigin: z.string(),
      timestamp: z.number(),
      success: z.boolean(),
      patch: z.array(z.record(z.string(), z.unknown())),
    }),
  ),
}
