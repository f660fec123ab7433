/** The manager of a user that a Bulk creates: set afterwards where two users manage each other (RFC 7644 §3.7.1). */
import type { Json, JsonObject } from './json.ts'
import { isObject } from './normalise.ts'
import { patchSchema } from './patch-request.ts'
import { enterpriseUserSchema } from './schema/enterprise-user.ts'

export interface SplitUser {
  readonly data: JsonObject
  readonly manager: Json
}

/** The user without the manager, and the manager as it came; undefined when there is none. */
export function splitManager(data: Json | undefined): SplitUser | undefined {
  if (!isObject(data)) return undefined
  const urn = keyOf(data, enterpriseUserSchema.id)
  const extension = urn === undefined ? undefined : data[urn]
  if (urn === undefined || !isObject(extension)) return undefined
  const name = keyOf(extension, 'manager')
  const manager = name === undefined ? undefined : extension[name]
  if (manager === undefined) return undefined
  const rest = Object.fromEntries(Object.entries(extension).filter(([key]) => key !== name))
  return { data: { ...data, [urn]: rest }, manager }
}

/** The PATCH that sets it. */
export const managerPatch = (manager: Json): JsonObject => ({
  schemas: [patchSchema],
  Operations: [{ op: 'add', path: `${enterpriseUserSchema.id}:manager`, value: manager }],
})

const keyOf = (object: JsonObject, name: string): string | undefined =>
  Object.keys(object).find(key => key.toLowerCase() === name.toLowerCase())
