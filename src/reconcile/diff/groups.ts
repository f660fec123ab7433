/** Groups to create, to rename or describe, and to delete. */
import type { StepAction } from '../step.ts'
import type { DiffInput } from './input.ts'

/** Orphans whose members could not be read are left for a later pass. */
export function groupActions({
  desired,
  observed,
  blind,
  orphans,
  sourcesOf,
}: DiffInput): readonly StepAction[] {
  const actions: StepAction[] = []
  for (const [ref, group] of desired.groups) {
    const found = observed.groups.get(ref)
    if (found === undefined) actions.push({ kind: 'create-group', group, sources: sourcesOf(ref) })
    else if (found.name !== group.name || found.description.trim() !== group.description.trim()) {
      actions.push({ kind: 'update-group', from: found, to: group, sources: sourcesOf(ref) })
    }
  }
  for (const group of orphans) {
    // How many people would lose what, and which, must be known first.
    if (blind.unread.has(group.ref)) continue
    actions.push({ kind: 'delete-group', group, members: observed.members.get(group.ref)?.size ?? 0 })
  }
  return actions
}
