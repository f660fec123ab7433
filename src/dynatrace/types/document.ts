/** Dashboards, notebooks and launchpads of an environment. */

export interface EnvironmentDocument {
  readonly id: string
  readonly name: string
  /** `dashboard`, `notebook`, `launchpad`, or that of an app. */
  readonly type: string
  readonly ownerUid: string
  readonly isPrivate: boolean
  /** ISO 8601. */
  readonly changedAt: string | undefined
}

export interface Documents {
  /** All of this owner, also those nobody else can see. */
  ownedBy(environmentId: string, uid: string): Promise<readonly EnvironmentDocument[]>
  /** The former owner loses access at once; nobody is notified. It is its owner's already: no error. */
  transfer(environmentId: string, documentId: string, newOwnerUid: string): Promise<void>
}
