/** What operations read from a call: the id, the precondition, and what is said when there is nothing. */
import { ScimError } from '../../scim/error.ts'
import { namesVersion, versionOf } from '../../scim/resource.ts'
import type { ResourceType } from '../../scim/schema/attribute.ts'
import type { Call } from './answer.ts'

/** What no database could hold as text is nobody's id. */
export function checkId(id: string, type: ResourceType): void {
  if (id.includes('\0')) throw notFound(id, type)
}

export const notFound = (id: string, type: ResourceType): ScimError =>
  new ScimError(
    404,
    undefined,
    `There is no ${type.name} with the id ${JSON.stringify(id)}: it was deleted or never made here. Provision it again.`,
  )

/**
 * Throws 412 when the client wanted to change another version (RFC 7644 §3.14), or none that is there (RFC 9110
 * §13.1.2). What the tag of a user says of memberships does not count here: a change of the user does not touch them.
 */
export function checkVersion(
  { ifMatch, ifNoneMatch }: Pick<Call, 'ifMatch' | 'ifNoneMatch'>,
  stored: { readonly version: number },
): void {
  const names = (tags: string): boolean =>
    namesVersion(tags.replaceAll(/-[\da-f]+"/g, '"'), versionOf(stored))
  if (ifMatch !== undefined && !names(ifMatch)) {
    const detail =
      'The resource is at another version than If-Match names: read it again and repeat the change.'
    throw new ScimError(412, undefined, detail)
  }
  if (ifNoneMatch !== undefined && names(ifNoneMatch)) {
    const detail =
      'The resource is at the version that If-None-Match excludes: leave that header out to change it.'
    throw new ScimError(412, undefined, detail)
  }
}
