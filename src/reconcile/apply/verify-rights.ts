/** Reads role permissions back, once for each group, until they show what was asked for. */
import { permissionKey } from '../keys.ts'
import type { ApplyParts, StepOf } from './parts.ts'
import { verify } from './verify.ts'

/** Steps of one group. `wanted`: whether the permissions are to be there or to be gone. */
export function verifyPermissions(
  steps: readonly StepOf<'add-permission' | 'remove-permission'>[],
  parts: ApplyParts,
  wanted: boolean,
): Promise<void> {
  const { dynatrace, ledger } = parts
  return verify(steps, parts, async missing => {
    const seen = new Set<string>()
    const [first] = missing
    if (first === undefined) return missing
    const { group } = first.action.permission
    for (const found of (await dynatrace.permissions.list(ledger.idOf(group))) ?? []) {
      seen.add(permissionKey({ ...found, group }))
    }
    return missing.filter(step => seen.has(permissionKey(step.action.permission)) !== wanted)
  })
}
