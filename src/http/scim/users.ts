/** Users as SCIM resources (RFC 7643 §4.1). */
import type { AccountFact } from '../../directory/account-facts.ts'
import type { Directory, DirectoryUser, GroupOfUser } from '../../directory/directory.ts'
import { fnv32 } from '../../lib/digest.ts'
import type { Dialects } from '../../scim/dialects/dialects.ts'
import type { Json, JsonObject } from '../../scim/json.ts'
import { normaliseResource } from '../../scim/normalise.ts'
import { applyPatch } from '../../scim/patch.ts'
import { parsePatchRequest, saysActive } from '../../scim/patch-request.ts'
import { asksFor, type Projection, shows } from '../../scim/projection.ts'
import { locationOf, versionOf } from '../../scim/resource.ts'
import { resourceText } from '../../scim/resource-text.ts'
import { dynatraceUserSchema } from '../../scim/schema/dynatrace-user.ts'
import { groupType } from '../../scim/schema/group.ts'
import { userType } from '../../scim/schema/user.ts'
import type { Rendered, ResourceKind } from './resource-endpoint.ts'

export const userKind = (directory: Directory, dialects: Dialects): ResourceKind<DirectoryUser> => ({
  type: userType,
  patchesSilently: false,
  find: id => directory.findUser(id),
  list: page => directory.listUsers(page),
  create: (body, cause) =>
    directory.createUser(withActive(normaliseResource(body, userType, dialects), true), cause),
  replace(id, body, cause, check) {
    const attributes = normaliseResource(body, userType, dialects)
    const said = { active: attributes.active !== undefined }
    return directory.changeUser(
      id,
      user => {
        check(user)
        return withActive(attributes, user.active)
      },
      cause,
      said,
    )
  },
  patch(id, body, cause, check) {
    const operations = parsePatchRequest(body, dialects)
    return directory.changeUser(
      id,
      user => {
        check(user)
        return withActive(applyPatch(user.attributes, operations, userType, dialects), user.active)
      },
      cause,
      { active: saysActive(operations) },
    )
  },
  remove: (id, cause, check) => directory.deleteUser(id, cause, check),
  async render(users, projection, base) {
    const groups = shows(projection, 'groups')
      ? await directory.groupsOfUsers(users.map(({ id }) => id))
      : undefined
    const facts = asksFor(projection, dynatraceUserSchema.id)
      ? await directory.accountFacts(users.flatMap(({ emailKey }) => emailKey ?? []))
      : undefined
    return users.map(user =>
      rendered(user, groups?.get(user.id) ?? [], facts?.get(user.emailKey ?? ''), projection, base),
    )
  },
})

/** `active` is never reset by being left out: a PUT without it must not bring a leaver back. */
const withActive = (attributes: JsonObject, active: boolean): JsonObject =>
  attributes.active === undefined ? { ...attributes, active } : attributes

function rendered(
  user: DirectoryUser,
  groups: readonly GroupOfUser[],
  facts: AccountFact | undefined,
  projection: Projection,
  base: string,
): Rendered {
  const derived: Record<string, Json> = {}
  let version = versionOf(user)
  if (groups.length > 0) {
    derived.groups = groups.map(({ id, displayName }) => ({
      value: id,
      $ref: locationOf(id, groupType, base),
      display: displayName,
      type: 'direct',
    }))
    // Memberships are no change of the user, but of what is answered.
    version = `W/"${user.version}-${fnv32(groups.map(({ id, displayName }) => id + displayName).join())}"`
  }
  if (facts !== undefined) derived[dynatraceUserSchema.id] = factsValue(facts)
  return { version, body: resourceText(user, userType, base, projection, { version, derived }) }
}

const factsValue = (facts: AccountFact): JsonObject => ({
  ...(facts.uid === undefined ? {} : { uid: facts.uid }),
  ...(facts.status === undefined ? {} : { status: facts.status }),
  ...(facts.lastSignIn === undefined ? {} : { lastSignIn: facts.lastSignIn }),
  ...(facts.environments.length === 0 ? {} : { environments: facts.environments }),
  ...(facts.syncedAt === undefined ? {} : { lastSync: facts.syncedAt }),
  ...(facts.error === undefined ? {} : { lastSyncError: facts.error }),
})
