/** Access tokens of an environment as answered (ApiToken, ApiTokenList); a list has only the fields that were asked for. */
import { z } from 'zod'
import { textOrEmpty, textsOrEmpty } from './absent.ts'
import { keyed } from './page-key.ts'

const text = z
  .string()
  .nullish()
  .transform(text => (text ? text : undefined))

const ApiToken = z
  .object({
    id: z.string().min(1),
    name: textOrEmpty,
    owner: text,
    enabled: z.boolean(),
    personalAccessToken: z.boolean().nullish(),
    scopes: textsOrEmpty,
    creationDate: text,
    expirationDate: text,
    lastUsedDate: text,
  })
  .transform(({ owner, personalAccessToken, creationDate, expirationDate, lastUsedDate, ...token }) => ({
    ...token,
    owner,
    personal: personalAccessToken ?? false,
    createdAt: creationDate,
    expiresAt: expirationDate,
    lastUsedAt: lastUsedDate,
  }))

/** Fields beyond those of the default projection. */
export const API_TOKEN_FIELDS = '+personalAccessToken,+expirationDate,+lastUsedDate,+scopes'

/** Answer of `GET apiTokens`. */
export const ApiTokenPage = z
  .object({ apiTokens: z.array(ApiToken), ...keyed })
  .transform(({ apiTokens, ...page }) => ({ ...page, items: apiTokens }))
