/** How references to groups and members look in a SCIM resource, for answers, filters and sorting alike. */
import type { JsonObject } from '../scim/json.ts'
import { locationOf } from '../scim/resource.ts'
import { groupType } from '../scim/schema/group.ts'
import { userType } from '../scim/schema/user.ts'
import type { GroupOfUser, Member } from './directory.ts'

/** An element of `groups` of a user (RFC 7643 §4.1.2); `base` is the URL of the service. */
export const groupValue = ({ id, displayName }: GroupOfUser, base: string): JsonObject => ({
  value: id,
  $ref: locationOf(id, groupType, base),
  display: displayName,
  type: 'direct',
})

/** An element of `members` of a group (RFC 7643 §4.2). */
export const memberValue = ({ id, kind, display }: Member, base: string): JsonObject => ({
  value: id,
  $ref: locationOf(id, kind === 'Group' ? groupType : userType, base),
  type: kind,
  ...(display === undefined ? {} : { display }),
})
