/** Tokens that people left in the account and its environments. Their secrets are never told. Instants are ISO 8601. */

/** Bound to its owner: it can do no more than the owner still can. */
export interface PlatformToken {
  /** `dt0s16.` and the public part. */
  readonly id: string
  readonly name: string
  readonly description: string
  readonly ownerUid: string | undefined
  readonly status: 'ACTIVE' | 'INACTIVE' | 'UNKNOWN'
  readonly scopes: readonly string[]
  /** `urn:dtaccount:…` or `urn:dtenvironment:…`. */
  readonly resources: readonly string[]
  readonly tags: readonly string[]
  readonly createdAt: string | undefined
  /** Undefined: never. Expired tokens stay in the list until they are deleted. */
  readonly expiresAt: string | undefined
  readonly lastUsedAt: string | undefined
}

export interface PlatformTokens {
  /** Of everybody in the account; there is no list by owner. */
  list(): Promise<readonly PlatformToken[]>
  /** Takes up to five minutes to spread. */
  setStatus(id: string, status: 'ACTIVE' | 'INACTIVE'): Promise<void>
  setExpiration(id: string, expiresAt: Date): Promise<void>
  /** Absent already is no error. */
  remove(id: string): Promise<void>
}

/** A classic access token of one environment. Outlives its owner with everything it may do, unless it is personal. */
export interface ApiToken {
  /** `dt0c01.` and the public part. */
  readonly id: string
  readonly name: string
  /** Normally the owner's e-mail address; compare with `foldKey`. */
  readonly owner: string | undefined
  readonly enabled: boolean
  readonly personal: boolean
  readonly scopes: readonly string[]
  readonly createdAt: string | undefined
  readonly expiresAt: string | undefined
  readonly lastUsedAt: string | undefined
}

export interface ApiTokens {
  /** Of one environment. With `owner`, an e-mail address in any letter case, only those of that person. */
  list(environmentId: string, owner?: string): Promise<readonly ApiToken[]>
  setEnabled(environmentId: string, id: string, enabled: boolean): Promise<void>
  /** Absent already is no error. */
  remove(environmentId: string, id: string): Promise<void>
}
