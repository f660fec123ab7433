/** Refuses addresses outside of the declared domains. */
import { foldKey } from '../lib/fold.ts'
import { domainKey, domainOf } from '../lib/mail-domain.ts'
import { refusal, ScimError } from '../scim/error.ts'

/**
 * Throws `ScimError` 400 `invalidValue`, with a detail that says what to declare where. No declared domains accept
 * every address; a user without a usable address is no matter of domains.
 */
export function checkEmailDomain(email: string | null, declared: readonly string[]): void {
  if (email === null || declared.length === 0) return
  const domain = domainKey(domainOf(email)) ?? foldKey(domainOf(email))
  if (isDeclared(domain, declared)) return
  throw new ScimError(
    400,
    'invalidValue',
    `The domain ${domain} of the address ${email} is not declared: add ${domain} to BRIDGE_EMAIL_DOMAINS and restart the bridge.`,
    refusal('undeclared-domain', domain),
  )
}

/** Whether one of the declared domains covers `domain`, both in the form of `domainKey`. */
export const isDeclared = (domain: string, declared: readonly string[]): boolean =>
  declared.some(pattern => covers(pattern, domain))

/** `acme.example` covers itself alone, `*.acme.example` every domain below it. */
const covers = (pattern: string, domain: string): boolean =>
  pattern.startsWith('*.')
    ? domain.endsWith(pattern.slice(1)) && domain.length >= pattern.length
    : domain === pattern
