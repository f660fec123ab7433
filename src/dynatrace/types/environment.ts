/** Environments of the account and their management zones. */

export interface AccountEnvironment {
  readonly id: string
  readonly name: string
  /** Inactive environments answer 403 to binding calls and are left alone. */
  readonly active: boolean
}

export interface ManagementZone {
  readonly environment: AccountEnvironment
  /** Signed 64-bit decimal; scopes of role permissions go by it. */
  readonly id: string
  /** Policies and boundaries go by it. Other environments may have a zone of the same name. */
  readonly name: string
}

export interface Environments {
  list(): Promise<readonly AccountEnvironment[]>
  /**
   * Of all environments, inactive ones included; the only source of zones at account level. Two calls, or one when it
   * is given the environments that `list` told of.
   */
  managementZones(known?: readonly AccountEnvironment[]): Promise<readonly ManagementZone[]>
}
