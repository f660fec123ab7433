/**
 * Everything that was carried out after a run, oldest first, as far as runs are still on record. Without repairs of what
 * somebody did by hand: that was not so after the run, and must not come back.
 */
import type { Reader } from '../../store/store.ts'
import { isNewGroup } from '../keys.ts'
import { readSteps } from '../run-steps.ts'
import type { GroupRef } from '../state.ts'
import type { StepAction } from '../step.ts'

export async function appliedSince(
  run: { readonly id: string; readonly finishedAt: string | undefined },
  db: Reader,
): Promise<readonly StepAction[]> {
  const rows = await db
    .selectFrom('runs')
    .select(['id', 'startedAt'])
    .where('finishedAt', '>', run.finishedAt ?? '')
    .where('id', '!=', run.id)
    .orderBy('startedAt')
    .execute()
  const applied: StepAction[] = []
  for (const { id } of rows) {
    const { steps, results } = await readSteps(db, id)
    const own = steps.filter(({ drift }) => drift?.cause !== 'by-hand')
    applied.push(...own.filter(({ id }) => results[id]?.kind === 'applied').map(({ action }) => action))
  }
  return withUuids(applied, db)
}

/** A group that was made by one of these runs has a uuid by now. */
async function withUuids(actions: readonly StepAction[], db: Reader): Promise<readonly StepAction[]> {
  const rows = await db
    .selectFrom('ownership')
    .select(['nameKey', 'dynatraceId'])
    .where('kind', '=', 'group')
    .execute()
  const uuids = new Map(
    rows.flatMap(row => (row.dynatraceId === null ? [] : [[`new:${row.nameKey}`, row.dynatraceId]])),
  )
  const known = (ref: GroupRef): GroupRef => (isNewGroup(ref) ? (uuids.get(ref) ?? ref) : ref)
  return actions.map(action => {
    switch (action.kind) {
      case 'add-member':
      case 'remove-member':
        return { ...action, group: known(action.group) }
      case 'add-binding':
      case 'remove-binding':
        return { ...action, binding: { ...action.binding, group: known(action.binding.group) } }
      case 'add-permission':
      case 'remove-permission':
        return { ...action, permission: { ...action.permission, group: known(action.permission.group) } }
      default:
        return action
    }
  })
}
