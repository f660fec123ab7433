/** Compares bearer tokens, of the identity provider and of operators alike. */
import { timingSafeEqual } from 'node:crypto'

/** Whether what was given is the token. How long the token is, is no secret; how much of it was right must not be seen from the time. */
export function tokenCheck(token: string): (given: string) => boolean {
  const expected = Buffer.from(token)
  return text => {
    const given = Buffer.from(text)
    return given.length === expected.length && timingSafeEqual(given, expected)
  }
}
