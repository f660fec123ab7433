/** Names of the top-level attributes in which two resources differ. */
import { canonicalJson } from '../lib/digest.ts'
import type { JsonObject } from '../scim/json.ts'

export function changedAttributes(before: JsonObject, after: JsonObject): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names].filter(name => canonicalJson(before[name]) !== canonicalJson(after[name])).sort()
}
