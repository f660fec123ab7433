/** Phases that add and remove memberships: one call for each person, however many groups. */
import type { Dynatrace } from '../../dynatrace/dynatrace.ts'
import { foldKey } from '../../lib/fold.ts'
import { semaphore } from '../../lib/semaphore.ts'
import { isNewGroup } from '../keys.ts'
import type { Step } from '../step.ts'
import { type ApplyParts, type StepOf, stepsOf } from './parts.ts'
import { verify } from './verify.ts'

const AHEAD = 16

type MemberStep = StepOf<'add-member' | 'remove-member'>

/** `blocked`: people whose invitation did not succeed, with the reason. */
export async function addMembers(
  all: readonly Step[],
  parts: ApplyParts,
  blocked: ReadonlyMap<string, string>,
): Promise<void> {
  const { ledger } = parts
  const steps = stepsOf(all, 'add-member')
  const possible: MemberStep[] = []
  for (const step of steps) {
    const reason = blocked.get(step.action.emailKey)
    if (reason !== undefined) ledger.set([step], { kind: 'skipped', reason })
    else if (isNewGroup(ledger.idOf(step.action.group))) {
      ledger.set([step], { kind: 'skipped', reason: 'The group could not be created.' })
    } else possible.push(step)
  }
  await eachPerson(possible, parts, ({ users }, email, ids) => users.addToGroups(email, ids))
  await verifyMembers(possible, parts, true)
}

/** `unsettled`: people whose new memberships did not all come about; they keep the old ones for now. */
export async function removeMembers(
  all: readonly Step[],
  parts: ApplyParts,
  unsettled: ReadonlySet<string>,
): Promise<void> {
  const steps = stepsOf(all, 'remove-member')
  const waiting = steps.filter(step => unsettled.has(step.action.emailKey))
  parts.ledger.set(waiting, {
    kind: 'skipped',
    reason: 'Not all of the new memberships came about, so the old one stays until they do.',
  })
  const possible = steps.filter(step => !unsettled.has(step.action.emailKey))
  await eachPerson(possible, parts, ({ users }, email, ids) => users.removeFromGroups(email, ids))
  await verifyMembers(possible, parts, false)
}

async function eachPerson(
  steps: readonly MemberStep[],
  { dynatrace, ledger }: ApplyParts,
  call: (dynatrace: Dynatrace, email: string, groupIds: readonly string[]) => Promise<void>,
): Promise<void> {
  const ahead = semaphore(AHEAD)
  const people = [...Map.groupBy(steps, step => step.action.emailKey).values()]
  await Promise.all(
    people.map(own =>
      ahead(() =>
        ledger.attempt(own, () =>
          call(
            dynatrace.about(own.map(({ id }) => id)),
            own[0]?.action.email ?? '',
            own.map(step => ledger.idOf(step.action.group)),
          ),
        ),
      ),
    ),
  )
}

/** Reads by person or by group, whichever takes fewer calls. */
function verifyMembers(steps: readonly MemberStep[], parts: ApplyParts, wanted: boolean): Promise<void> {
  const { dynatrace, ledger, meet } = parts
  return verify(steps, parts, async missing => {
    const people = Map.groupBy(missing, step => step.action.emailKey)
    const groups = Map.groupBy(missing, step => ledger.idOf(step.action.group))
    const seen = new Set<string>()
    const ahead = semaphore(AHEAD)
    if (people.size <= groups.size) {
      const read = async (emailKey: string, email: string) => {
        const user = await dynatrace.users.get(email)
        if (user !== undefined) meet(user)
        for (const id of user?.groupIds ?? []) seen.add(`${emailKey} ${id}`)
      }
      await Promise.all(
        [...people].map(([emailKey, own]) => ahead(() => read(emailKey, own[0]?.action.email ?? ''))),
      )
    } else {
      const read = async (id: string) => {
        for (const user of (await dynatrace.groups.members(id)) ?? []) {
          meet(user)
          seen.add(`${foldKey(user.email)} ${id}`)
        }
      }
      await Promise.all([...groups.keys()].map(id => ahead(() => read(id))))
    }
    return missing.filter(
      ({ action }) => seen.has(`${action.emailKey} ${ledger.idOf(action.group)}`) !== wanted,
    )
  })
}
