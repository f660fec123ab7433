/** The things an environment holds. Records are replaced, never edited in place. */

export interface ApiToken {
  /** `dt0c01.` and the 24 public characters. */
  readonly id: string
  readonly environmentId: string
  readonly name: string
  readonly enabled: boolean
  /** The sign-in name of the creator: a text that may point to nobody. */
  readonly owner: string
  readonly personalAccessToken: boolean
  readonly scopes: readonly string[]
  readonly creationDate: string
  readonly modifiedDate: string | undefined
  readonly expirationDate: string | undefined
  readonly lastUsedDate: string | undefined
  readonly lastUsedIpAddress: string | undefined
  readonly digest: string
}

/** Who handles tokens, as far as the rules for it look. */
export interface TokenUser {
  /** The e-mail of the person or service user. */
  readonly name: string
  /** The access token the call came with, undefined for a call through the platform gateway. */
  readonly tokenId: string | undefined
  /** Whether that is a personal access token. */
  readonly personal: boolean
}

export interface Document {
  readonly id: string
  readonly environmentId: string
  readonly name: string
  readonly type: string
  readonly description: string | undefined
  /** Counts every change of name, description, privacy or content. */
  readonly version: number
  /** The uid of a user of the account. */
  readonly owner: string
  /** Others than the owner cannot see a private document. */
  readonly isPrivate: boolean
  readonly content: string
  readonly originAppId: string | undefined
  /** Set for ready-made documents, which come with an extension and cannot be given away. */
  readonly originExtensionId: string | undefined
  readonly createdBy: string
  readonly createdTime: string
  readonly lastModifiedBy: string
  readonly lastModifiedTime: string
  /** When it was moved to the trash, where it stays for 30 days. */
  readonly trashedAt: string | undefined
}
