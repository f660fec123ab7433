/** Figures that the guards weigh removals against. */
import type { Dynatrace, GroupOwner } from '../../dynatrace/dynatrace.ts'
import { semaphore } from '../../lib/semaphore.ts'
import type { Reader } from '../../store/store.ts'
import { thisInstallation } from '../installation.ts'
import type { ObservedState } from '../observe/observed.ts'
import type { GroupRef } from '../state.ts'
import type { StepAction } from '../step.ts'

/** Calls prepared at a time; how many are in flight is the client's own affair. */
const AHEAD = 16

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

/** Groups that are not ours and hold users whom a rename takes out of the account, by folded e-mail. */
export async function otherGroups(
  actions: readonly StepAction[],
  managed: ReadonlySet<GroupRef>,
  dynatrace: Dynatrace,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>()
  const leaving = actions.flatMap(action =>
    action.kind === 'remove-user' && action.successor !== undefined ? [action] : [],
  )
  if (leaving.length === 0) return found
  const names = new Map(
    (await dynatrace.groups.list())
      .filter(({ id, owner }) => !managed.has(id) && !COMES_BY_ITSELF.has(owner))
      .map(({ id, name }) => [id, name]),
  )
  const ahead = semaphore(AHEAD)
  const read = async (emailKey: string, email: string) => {
    const ids = (await dynatrace.users.get(email))?.groupIds ?? []
    found.set(
      emailKey,
      ids.flatMap(id => names.get(id) ?? []),
    )
  }
  await Promise.all(leaving.map(({ emailKey, email }) => ahead(() => read(emailKey, email))))
  return found
}

/** Memberships that the new user gets without anybody's doing: with the account, or at sign-in. */
const COMES_BY_ITSELF: ReadonlySet<GroupOwner> = new Set(['ALL_USERS', 'SAML', 'SCIM'])

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
    .where('instance', '=', thisInstallation(db))
    .executeTakeFirstOrThrow()
  return { people: Math.max(Number(users.count), observedUsers), groups: Number(groups.count) }
}
