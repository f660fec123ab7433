/** Reads rights back, by group and level, until they show what was asked for. */
import { semaphore } from '../../lib/semaphore.ts'
import { bindingKey, groupLevelKey, permissionKey } from '../keys.ts'
import type { StateBinding, StatePermission } from '../state.ts'
import { presentBindings } from './bindings.ts'
import type { ApplyParts } from './parts.ts'
import { bindingOf, permissionOf, type RightStep } from './right-step.ts'
import { verify } from './verify.ts'

const AHEAD = 8

/** `wanted`: whether the rights are to be there or to be gone. */
export function verifyRights(steps: readonly RightStep[], parts: ApplyParts, wanted: boolean): Promise<void> {
  const { dynatrace, ledger } = parts
  return verify(steps, parts, async missing => {
    const seen = new Set<string>()
    const ahead = semaphore(AHEAD)
    const bindings = missing.flatMap(step => {
      const binding = bindingOf(step)
      return binding === undefined ? [] : [binding]
    })
    const permissions = missing.flatMap(step => {
      const permission = permissionOf(step)
      return permission === undefined ? [] : [permission]
    })
    const readBindings = async (example: StateBinding) => {
      for (const binding of await presentBindings(example, parts)) {
        seen.add(`${bindingKey(binding)} ${binding.boundaryIds.join()}`)
        seen.add(bindingKey(binding))
      }
    }
    const readPermissions = async (example: StatePermission) => {
      for (const found of (await dynatrace.permissions.list(ledger.idOf(example.group))) ?? []) {
        seen.add(permissionKey({ ...found, group: example.group }))
      }
    }
    const places = new Map(bindings.map(each => [groupLevelKey(each.group, each.level), each]))
    const groups = new Map(permissions.map(each => [each.group, each]))
    await Promise.all([
      ...[...places.values()].map(each => ahead(() => readBindings(each))),
      ...[...groups.values()].map(each => ahead(() => readPermissions(each))),
    ])
    return missing.filter(step => shows(step, seen, wanted) !== wanted)
  })
}

function shows(step: RightStep, seen: ReadonlySet<string>, wanted: boolean): boolean {
  const binding = bindingOf(step)
  if (binding !== undefined) {
    return seen.has(wanted ? `${bindingKey(binding)} ${binding.boundaryIds.join()}` : bindingKey(binding))
  }
  const permission = permissionOf(step)
  return permission !== undefined && seen.has(permissionKey(permission))
}
