/** What authentik and JumpCloud send against or beyond the RFCs, one function per deviation. */
import type { Json } from '../json.ts'

/**
 * Elements are removed by a list of values beside a path without filter; RFC 7644 §3.5.2.2 would remove
 * the whole attribute. An empty list names nothing, so it removes nothing. Undefined: no list was given.
 *
 * authentik: one operation `{"op":"remove","path":"members","value":[{"value":id}]}` per member (its source,
 * providers/scim/clients/groups.py). JumpCloud: several values at once. Entra without `aadOptscim062020`: "Tutorial:
 * Develop a SCIM endpoint" on learn.microsoft.com, Remove members.
 */
export function valuesToRemove(value: Json | undefined): readonly Json[] | undefined {
  if (value === undefined || value === null) return undefined
  return Array.isArray(value) ? value : [value as Exclude<Json, readonly Json[]>]
}
