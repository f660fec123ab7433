/** Who a token acts as. */
import { z } from 'zod'

const claims = z.object({ sub: z.string().min(1) })

/**
 * The `sub` of a JWT (RFC 7519 §4.1.2): for Dynatrace the uid of the OAuth client's subject user. Not verified, as it
 * comes straight from who issued it; undefined when the token is none that can be read.
 */
export function jwtSubject(token: string): string | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return claims.safeParse(payload).data?.sub
  } catch {
    return undefined
  }
}
