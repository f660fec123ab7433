/** The answer of the OAuth token endpoint (client credentials grant, RFC 6749 §5.1). */
import { z } from 'zod'

/** `expires_in` is in seconds; the token must be fit for a header. */
export const TokenAnswer = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/, 'the token holds characters that no header can carry'),
  expires_in: z.coerce.number().positive(),
})
