/** What operations read from a call: the id, the precondition, and what is said when there is nothing. */
import { ScimError } from '../../scim/error.ts'
import { namesVersion, versionOf } from '../../scim/resource.ts'
import type { ResourceType } from '../../scim/schema/attribute.ts'

/** What no database could hold as text is nobody's id. */
export function checkId(id: string, type: ResourceType): void {
  if (id.includes('\0')) throw notFound(id, type)
}

export const notFound = (id: string, type: ResourceType): ScimError =>
  new ScimError(404, undefined, `There is no ${type.name} with the id ${JSON.stringify(id)}.`)

/**
 * Throws 412 when the client wanted to change another version (RFC 7644 §3.14). What the tag of a user says of
 * memberships does not count here: a change of the user does not touch them.
 */
export function checkVersion(ifMatch: string | undefined, stored: { readonly version: number }): void {
  if (ifMatch === undefined || namesVersion(ifMatch.replaceAll(/-[\da-f]+"/g, '"'), versionOf(stored))) return
  throw new ScimError(412, undefined, 'The resource has changed meanwhile: read it again.')
}
