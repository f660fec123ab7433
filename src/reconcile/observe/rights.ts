/** Reads bindings and role permissions of our groups; what cannot be read becomes a blind spot. */
import type { Dynatrace, Level } from '../../dynatrace/dynatrace.ts'
import { UpstreamError } from '../../dynatrace/upstream-error.ts'
import { messageOf } from '../../lib/errors.ts'
import { semaphore } from '../../lib/semaphore.ts'
import { breathe } from '../../lib/turns.ts'
import { unite } from '../bindings/boundary-sets.ts'
import type { Uses } from '../bindings-of-definitions.ts'
import { bindingKey, groupLevelKey, permissionKey } from '../keys.ts'
import type { GroupRef, StateBinding, StatePermission } from '../state.ts'

/** Calls prepared at a time; how many are in flight is the client's own affair. */
const AHEAD = 16
/** Bindings between two turns for whoever waits. */
const TURN = 500

/** Where failures are told and what they leave unknown is noted. */
interface Blindness {
  readonly problems: string[]
  readonly blind: Set<string>
}

/** `foreign` counts the bindings of groups that were not asked for, where levels were read whole. */
export async function observeBindings(
  dynatrace: Dynatrace,
  asked: {
    readonly wanted: ReadonlySet<GroupRef>
    readonly levels: readonly Exclude<Level, { kind: 'global' }>[]
    readonly full: boolean
    /** Ids of policies and boundaries of ours: who is bound to these? */
    readonly definitions?: ReadonlySet<string>
  },
  { problems, blind }: Blindness,
): Promise<{
  readonly bindings: ReadonlyMap<string, StateBinding>
  readonly foreign: number
  readonly uses: Uses
}> {
  const { wanted, levels, full, definitions = new Set() } = asked
  const bindings = new Map<string, StateBinding>()
  const uses = new Map<string, StateBinding[]>()
  let foreign = 0
  let complete = full
  if (wanted.size === 0 && !full) return { bindings, foreign, uses: { of: uses, complete } }
  const noteUses = (binding: StateBinding) => {
    for (const id of [binding.policyId, ...binding.boundaryIds]) {
      if (!definitions.has(id)) continue
      const known = uses.get(id)
      if (known === undefined) uses.set(id, [binding])
      else known.push(binding)
    }
  }
  const [only] = [...wanted]
  const readLevel = async (level: Exclude<Level, { kind: 'global' }>) => {
    try {
      const found =
        wanted.size === 1 && only !== undefined && !full
          ? await dynatrace.bindings.ofGroup(level, only)
          : await dynatrace.bindings.list(level)
      for (const [at, each] of found.entries()) {
        // All bindings of an account come in one answer.
        if (at % TURN === 0) await breathe()
        const { policyId, groupId: group, parameters, metadata } = each
        const boundaryIds = [...new Set(each.boundaryIds)].sort()
        const binding = { level, policyId, group, parameters, metadata, boundaryIds }
        noteUses(binding)
        if (!wanted.has(group)) {
          foreign += 1
          continue
        }
        const key = bindingKey(binding)
        // Bound twice with other boundaries by hand, both grant: neither may hide the other.
        const before = bindings.get(key)
        bindings.set(
          key,
          before === undefined
            ? binding
            : { ...binding, boundaryIds: unite(before.boundaryIds, boundaryIds) },
        )
      }
    } catch (error) {
      const where = level.kind === 'account' ? 'the account' : `environment ${level.id}`
      problems.push(`The bindings of ${where} could not be read: ${messageOf(error)}`)
      complete = false
      for (const ref of wanted) blind.add(groupLevelKey(ref, level))
    }
  }
  await Promise.all(levels.map(readLevel))
  return { bindings, foreign, uses: { of: uses, complete } }
}

export async function observePermissions(
  dynatrace: Dynatrace,
  wanted: readonly GroupRef[],
  { problems, blind }: Blindness,
): Promise<ReadonlyMap<string, StatePermission>> {
  const permissions = new Map<string, StatePermission>()
  const ahead = semaphore(AHEAD)
  const readGroup = async (ref: GroupRef) => {
    try {
      const found = await dynatrace.permissions.list(ref)
      if (found === undefined)
        throw new UpstreamError('not-found', 'permissions.list', `Group ${ref} is gone.`)
      for (const each of found) {
        const permission = { group: ref, role: each.role, scopeType: each.scopeType, scope: each.scope }
        permissions.set(permissionKey(permission), permission)
      }
    } catch (error) {
      problems.push(`The role permissions of group ${ref} could not be read: ${messageOf(error)}`)
      blind.add(ref)
    }
  }
  await Promise.all(wanted.map(ref => ahead(() => readGroup(ref))))
  return permissions
}
