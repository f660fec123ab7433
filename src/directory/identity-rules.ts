/** How the directory recognises people: what the settings decide about addresses and about who comes back. */
import { dynatraceEmail, type EmailOf } from './dynatrace-email.ts'

export interface IdentityRules {
  /** The address a user has in Dynatrace. */
  readonly emailOf: EmailOf
  /** Declared domains in the form of `domainKey`, `*.` in front meaning subdomains; none: every domain is accepted. */
  readonly emailDomains: readonly string[]
  /** Whether creating a user whose name a deactivated user has brings that user back; else 409 `uniqueness`. */
  readonly reactivate: boolean
  /** How soon after a reactivation a deactivation is doubted, in milliseconds; 0: never. */
  readonly staleDeactivationMs: number
}

/** What the settings say when nothing is set. */
export const defaultIdentity: IdentityRules = {
  emailOf: dynatraceEmail,
  emailDomains: [],
  reactivate: true,
  staleDeactivationMs: 10_000,
}
