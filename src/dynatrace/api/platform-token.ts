/** Platform tokens as answered. `accountUuid` is left out: the vendor's description types it as a number. */
import { z } from 'zod'
import { textOrEmpty, textsOrEmpty } from './absent.ts'

const instant = z
  .string()
  .nullish()
  .transform(text => (text ? text : undefined))

const PlatformToken = z
  .object({
    tokenId: z.string().min(1),
    name: textOrEmpty,
    description: textOrEmpty,
    userUuid: z.string().nullish(),
    /** Not in the vendor's description, but in the answers. */
    status: z.enum(['ACTIVE', 'INACTIVE', 'UNKNOWN']).catch('UNKNOWN'),
    scope: textsOrEmpty,
    resource: textsOrEmpty,
    tags: textsOrEmpty,
    createdAt: instant,
    expirationDate: instant,
    metadata: z.object({ lastUsedAt: instant }).nullish().catch(null),
  })
  .transform(({ tokenId, userUuid, scope, resource, createdAt, expirationDate, metadata, ...token }) => ({
    ...token,
    id: tokenId,
    ownerUid: userUuid ? userUuid : undefined,
    scopes: scope,
    resources: resource,
    createdAt,
    expiresAt: expirationDate,
    lastUsedAt: metadata?.lastUsedAt,
  }))

/** Answer of `GET platform-tokens?page=&size=`. Whether pages count from 0 or from 1 is not settled. */
export const PlatformTokenPage = z.object({ total: z.int().nonnegative(), results: z.array(PlatformToken) })
