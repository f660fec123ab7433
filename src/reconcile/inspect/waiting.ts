/** What the last full pass would have done for a person's groups, and did not: held, refused, failed, or only planned. */
import { foldKey } from '../../lib/fold.ts'
import type { Run } from '../run.ts'
import type { RunStore } from '../run-store.ts'
import type { GroupRef } from '../state.ts'
import type { Step } from '../step.ts'
import type { GroupsRead } from './groups.ts'

/** Sentences by folded name of the group. */
export async function waitingSteps(
  emailKey: string,
  { runs, groups }: { readonly runs: Pick<RunStore, 'latestFull'>; readonly groups: GroupsRead },
): Promise<ReadonlyMap<string, readonly string[]>> {
  const run = await runs.latestFull()
  const found = new Map<string, string[]>()
  if (run === undefined) return found
  for (const step of run.plan.steps) {
    const ref = groupOf(step, emailKey)
    const text = ref === undefined ? undefined : textOf(step, run)
    if (ref === undefined || text === undefined) continue
    const name = foldKey(groups.names.get(ref) ?? ref.replace(/^new:/, ''))
    const known = found.get(name) ?? []
    if (known.length < mostSteps && !known.includes(text)) known.push(text)
    found.set(name, known)
  }
  return found
}

const mostSteps = 3

/** The group that the step gives something to; members only when it is this person. */
function groupOf({ action }: Step, emailKey: string): GroupRef | undefined {
  switch (action.kind) {
    case 'create-group':
      return action.group.ref
    case 'add-member':
      return action.emailKey === emailKey ? action.group : undefined
    case 'add-binding':
      return action.binding.group
    case 'change-binding':
      return action.to.group
    default:
      return undefined
  }
}

function textOf({ id, title, verdict }: Step, run: Run): string | undefined {
  if (verdict.kind === 'hold') {
    return `The step "${title}" is held by ${verdict.guard}: approve or reject it with "scim-bridge approve ${run.id}".`
  }
  if (verdict.kind === 'refuse')
    return `The step "${title}" is refused by ${verdict.guard}: ${verdict.reason}`
  const result = run.results[id]
  if (result?.kind === 'failed') return `The step "${title}" failed in ${run.id}: ${result.reason}`
  return result?.kind === 'skipped' ? `The step "${title}" waits: ${result.reason}` : undefined
}
