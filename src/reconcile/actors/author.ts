/** Who is behind an event of the audit log: a person in the console, or automation and by which client. */
import type { AuditEvent } from '../../dynatrace/types/audit.ts'
import type { DriftActor } from '../drift/drift.ts'

/** Whoever changes an account from outside our bridge. */
export type Author = Extract<DriftActor, { kind: 'person' | 'automation' }>

/**
 * The grant tells them apart. The `user` of automation is the subject of its client and may be a human, who did nothing.
 * `DYNATRACE` stands for the vendor's staff, people who act on a support case, and `SYSTEM` for the platform itself.
 */
export function authorOf(event: AuditEvent): Author {
  const { user, at, id: eventId, clientId, tokenId } = event
  const seen = { at, event: eventId }
  if (user === 'DYNATRACE') return { kind: 'person', name: 'Dynatrace staff', ...seen, client: clientId }
  if (user === 'SYSTEM') return { kind: 'automation', name: 'Dynatrace', ...seen, client: clientId }
  const kind = isAutomation(event) ? 'automation' : 'person'
  const name = user === '' ? (clientId ?? 'somebody whom the audit log does not name') : user
  return { kind, name, ...seen, client: clientId ?? tokenId }
}

/** E.g. `ana.kos@acme.example` or `ci@acme.example with client dt0s02.ABC`. */
export const authorText = ({ kind, name, client }: Author): string =>
  kind === 'automation' && client !== undefined ? `${name} with client ${client}` : name

/** Service users have addresses of a domain of the vendor's own. */
function isAutomation({ grantType, clientId, authentication, tokenId, user }: AuditEvent): boolean {
  if (grantType === 'AUTHORIZATION_CODE') return false
  if (grantType !== undefined || authentication === 'TOKEN' || authentication === 'DEVOPSTOKEN') return true
  return clientId !== undefined || tokenId !== undefined || /@service\.sso\.dynatrace\.com$/i.test(user)
}
