/** Users as SCIM resources (RFC 7643 §4.1). */
import { type AccountFact, factsValue } from '../../directory/account-facts.ts'
import type { Directory, DirectoryUser, GroupOfUser, ListedUser } from '../../directory/directory.ts'
import { groupValue } from '../../directory/reference-values.ts'
import { fnv32 } from '../../lib/digest.ts'
import type { Dialects } from '../../scim/dialects/dialects.ts'
import type { JsonObject } from '../../scim/json.ts'
import { normaliseResource } from '../../scim/normalise.ts'
import { applyPatch } from '../../scim/patch.ts'
import { parsePatchRequest, saysActive } from '../../scim/patch-request.ts'
import { asksFor, shows } from '../../scim/projection.ts'
import { versionOf } from '../../scim/resource.ts'
import { type ResourceWriter, resourceWriter } from '../../scim/resource-text.ts'
import { dynatraceUserSchema } from '../../scim/schema/dynatrace-user.ts'
import { userType } from '../../scim/schema/user.ts'
import type { Rendered, ResourceKind } from './resource-endpoint.ts'

export const userKind = (
  directory: Directory,
  dialects: Dialects,
): ResourceKind<DirectoryUser, ListedUser> => ({
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
    const write = resourceWriter(userType, base, projection)
    return users.map(user =>
      rendered(user, groups?.get(user.id), facts?.get(user.emailKey ?? ''), write, base),
    )
  },
})

/** `active` is never reset by being left out: a PUT without it must not bring a leaver back. */
const withActive = (attributes: JsonObject, active: boolean): JsonObject =>
  attributes.active === undefined ? { ...attributes, active } : attributes

function rendered(
  user: ListedUser,
  groups: readonly GroupOfUser[] | undefined,
  facts: AccountFact | undefined,
  write: ResourceWriter,
  base: string,
): Rendered {
  const version = versionWith(user, groups)
  const derived = {
    ...(groups === undefined ? {} : { groups: groups.map(group => groupValue(group, base)) }),
    ...(facts === undefined ? {} : { [dynatraceUserSchema.id]: factsValue(facts) }),
  }
  return { version, body: write(user, { version, derived }) }
}

/** Memberships are no change of the user, but of what is answered. */
const versionWith = (user: ListedUser, groups: readonly GroupOfUser[] | undefined): string =>
  groups === undefined
    ? versionOf(user)
    : `W/"${user.version}-${fnv32(groups.map(({ id, displayName }) => id + displayName).join())}"`
