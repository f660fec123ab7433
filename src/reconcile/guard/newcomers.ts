/** What becomes of steps whose group may not be created, or whose person may not be invited. */
import { groupOf } from '../action.ts'
import type { Verdict } from '../step.ts'
import { because, type Draft, type Held } from './verdict.ts'

/** Who cannot join the new group stays in the old one; a group that is not made gets no rights. */
export function stepsWithoutNewcomers(steps: readonly Draft[], verdicts: ReadonlyMap<string, Verdict>): Held {
  const groups = new Map<string, Verdict>()
  const people = new Map<string, Verdict>()
  // A rule that only observes is as if it were not there: nobody stays anywhere for it.
  const unmade = new Map<string, Verdict>()
  for (const { id, action } of steps) {
    const verdict = verdicts.get(id)
    if (verdict?.kind !== 'refuse') continue
    if (verdict.guard === 'mode' && action.kind === 'create-group') unmade.set(action.group.ref, verdict)
    if (verdict.guard !== 'limits') continue
    if (action.kind === 'create-group') groups.set(action.group.ref, verdict)
    if (action.kind === 'invite-user') people.set(action.emailKey, verdict)
  }
  if (groups.size + people.size + unmade.size === 0) return []
  const found = new Map<string, Verdict>()
  const staying = new Map<string, Verdict>()
  for (const { id, action } of steps) {
    if (verdicts.get(id)?.kind !== 'proceed') continue
    const unwanted = unmade.get(groupOf(action) ?? '')
    if (unwanted !== undefined) {
      found.set(id, because(unwanted, 'It needs the new group'))
      continue
    }
    const noGroup = groups.get(groupOf(action) ?? '')
    const noPerson = action.kind === 'add-member' ? people.get(action.emailKey) : undefined
    const why = noGroup ?? noPerson
    if (why === undefined) continue
    found.set(id, because(why, noGroup === undefined ? 'It needs the invitation' : 'It needs the new group'))
    if (action.kind === 'add-member') staying.set(action.emailKey, why)
  }
  const [first] = staying.values()
  for (const { id, action } of steps) {
    if (verdicts.get(id)?.kind !== 'proceed' || found.has(id)) continue
    const why =
      action.kind === 'remove-member'
        ? staying.get(action.emailKey)
        : action.kind === 'delete-group' && action.members > 0
          ? first
          : undefined
    if (why !== undefined) found.set(id, because(why, 'It may be replaced by another membership'))
  }
  return [...found]
}
