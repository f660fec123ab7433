/** Names of the top-level attributes in which two resources differ. */
import { canonicalJson } from '../lib/digest.ts'
import type { Json, JsonObject } from '../scim/json.ts'

export function changedAttributes(before: JsonObject, after: JsonObject): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter(name => !isEqual(before[name], after[name])).sort()
}

/** Most attributes did not change and are written alike: sorting their members can wait for those that are not. */
const isEqual = (one: Json | undefined, other: Json | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other) || canonicalJson(one) === canonicalJson(other)
