/** The account's audit trail: who changed what, and through which client. Every change goes through `record`. */
import { randomUUID } from 'node:crypto'
import type { Account } from './account.ts'
import { patchOf } from './json-patch.ts'

/** Who makes a change. Seeding is nobody's change and leaves no trace. */
export type Actor =
  | { readonly kind: 'client'; readonly clientId: string; readonly subject: string }
  | { readonly kind: 'person'; readonly email: string }
  | { readonly kind: 'seed' }

export interface AuditEvent {
  readonly eventId: string
  readonly timestamp: string
  readonly user: string
  readonly eventProvider: string
  readonly eventType: string
  readonly resource: 'USER' | 'GROUP' | 'POLICY' | 'BOUNDARY'
  readonly resourceName: string
  readonly resourceId: string
  readonly accountUuid: string
  readonly authenticationType: string
  readonly authenticationGrantType: string
  readonly authenticationClientId: string
  readonly originType: string
  readonly originAddress: string
  readonly eventOutcome: string
  readonly eventVersion: string
  /** Strings that hold JSON, as the vendor sends them. */
  readonly details: { readonly json_before: string; readonly json_after: string; readonly json_patch: string }
}

export interface Change {
  readonly resource: AuditEvent['resource']
  readonly resourceId: string
  readonly resourceName: string
  /** CREATE, UPDATE and DELETE; relations of a group are UPDATE_MEMBERS, UPDATE_ROLES and UPDATE_POLICIES. */
  readonly eventType: 'CREATE' | 'UPDATE' | 'DELETE' | 'UPDATE_MEMBERS' | 'UPDATE_ROLES' | 'UPDATE_POLICIES'
  readonly before: unknown
  readonly after: unknown
}

/** Events kept; beyond it the oldest half goes, so that a long load run does not fill the memory. */
const kept = 200_000

export function record(account: Account, actor: Actor, change: Change): void {
  if (actor.kind === 'seed') return
  if (account.audit.length >= kept) account.audit.splice(0, kept / 2)
  account.audit.push({
    eventId: randomUUID(),
    timestamp: account.clock.now().toISOString(),
    eventProvider: change.eventType.startsWith('UPDATE_') ? 'IAM' : 'Identity & access management',
    eventType: change.eventType,
    resource: change.resource,
    resourceName: change.resourceName,
    resourceId: change.resourceId,
    accountUuid: account.uuid,
    authenticationType: 'OAUTH2',
    ...signature(actor),
    originType: 'REST',
    eventOutcome: 'SUCCESS',
    eventVersion: '1.0',
    details: {
      json_before: JSON.stringify(change.before ?? null),
      json_after: JSON.stringify(change.after ?? null),
      json_patch: JSON.stringify(patchOf(change.before ?? null, change.after ?? null)),
    },
  })
}

/** A person in the console signs in with an authorization code and has no client id of their own. */
function signature(actor: Exclude<Actor, { kind: 'seed' }>) {
  return actor.kind === 'client'
    ? {
        user: actor.subject,
        authenticationGrantType: 'CLIENT_CREDENTIALS',
        authenticationClientId: actor.clientId,
        originAddress: '127.0.0.1',
      }
    : {
        user: actor.email,
        authenticationGrantType: 'AUTHORIZATION_CODE',
        authenticationClientId: '',
        originAddress: '203.0.113.7',
      }
}
