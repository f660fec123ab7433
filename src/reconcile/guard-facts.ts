/** Figures that the guards weigh removals against. */
import type { Dynatrace } from '../dynatrace/dynatrace.ts'
import type { Reader } from '../store/store.ts'
import type { ObservedState } from './observe.ts'
import type { GroupRef } from './state.ts'
import type { StepAction } from './step.ts'

/** How many members each group has that is to lose several; a pass over people has not read them all. */
export async function groupSizes(
  actions: readonly StepAction[],
  observed: ObservedState,
  dynatrace: Dynatrace,
): Promise<ReadonlyMap<GroupRef, number>> {
  const sizes = new Map([...observed.state.members].map(([ref, members]) => [ref, members.size]))
  const losses = new Map<GroupRef, number>()
  for (const action of actions) {
    if (action.kind === 'remove-member') losses.set(action.group, (losses.get(action.group) ?? 0) + 1)
  }
  for (const [ref, lost] of losses) {
    if (lost > 1 && !observed.whole.has(ref))
      sizes.set(ref, (await dynatrace.groups.members(ref))?.length ?? lost)
  }
  return sizes
}

/** What the percentages of the guards are percentages of. */
export async function readTotals(
  db: Reader,
  observedUsers: number,
): Promise<{ readonly people: number; readonly groups: number }> {
  const users = await db
    .selectFrom('users')
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirstOrThrow()
  const groups = await db
    .selectFrom('ownership')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('kind', '=', 'group')
    .executeTakeFirstOrThrow()
  return { people: Math.max(Number(users.count), observedUsers), groups: Number(groups.count) }
}
