/** Names of groups that rules cannot give. */
import { foldKey } from '../lib/fold.ts'

/** The group of the account that says which bridge looks after it: it has no members and no rights. */
export const MARKER_GROUP = 'dynatrace-scim-bridge'

export const isReservedGroupName = (name: string): boolean => foldKey(name.trim()) === MARKER_GROUP
