/** Who changed what in the account, as its audit log has it. */

export interface AuditEvent {
  readonly id: string
  /** ISO 8601, as Dynatrace writes it. */
  readonly at: string
  /** An e-mail address, `DYNATRACE` for the vendor's staff, or `SYSTEM`. Of automation it is the subject user. */
  readonly user: string
  /** E.g. `Identity & access management`; older events have `IAM`. */
  readonly provider: string
  /** CREATE, UPDATE, DELETE, STATE_CHANGED; of older events UPDATE_ROLES, UPDATE_POLICIES, UPDATE_MEMBERS. */
  readonly type: string
  /** E.g. `GROUP`, `POLICY`, `BOUNDARY`. */
  readonly resource: string
  readonly resourceName: string
  readonly resourceId: string | undefined
  /** AUTHORIZATION_CODE: a person in the portal. CLIENT_CREDENTIALS: automation, and `clientId` says which. */
  readonly grantType: string | undefined
  readonly clientId: string | undefined
  /** OAUTH2, TOKEN, DEVOPSTOKEN or NONE. */
  readonly authentication: string | undefined
  /** Public id of the token. */
  readonly tokenId: string | undefined
  readonly originAddress: string | undefined
  readonly originType: string | undefined
  readonly outcome: string | undefined
  readonly environmentId: string | undefined
  /** What was before and after, by the names Dynatrace gives (`json_before`, `json_after`, `json_patch`), parsed. */
  readonly details: Readonly<Record<string, unknown>>
}

export interface AuditQuery {
  /** E.g. `resource = 'GROUP' and resourceId = '…'`; at most 256 characters. Values by `auditText`. */
  readonly filter: string
  readonly from: Date
  /** Now, when it is not given. */
  readonly to?: Date
  /** Enough after so many events. */
  readonly atMost?: number
}

export interface AuditAnswer {
  /** Newest first. */
  readonly events: readonly AuditEvent[]
  /** False when `atMost` ended it, or when Dynatrace warned that it did not look at everything. */
  readonly complete: boolean
  /** Dynatrace's own words. */
  readonly warnings: readonly string[]
}

export interface Audit {
  /** Events appear with a lag of minutes. */
  query(query: AuditQuery): Promise<AuditAnswer>
}
