/** Phases that create, rename and delete groups. */
import type { AccountGroup } from '../../dynatrace/dynatrace.ts'
import { foldKey } from '../../lib/fold.ts'
import type { Step } from '../step.ts'
import { type ApplyParts, type StepOf, stepsOf } from './parts.ts'
import { verify } from './verify.ts'

/** Groups in one call; far above what a pass usually creates. */
const GROUPS_A_CALL = 500

/** All new groups travel in one call. The registry learns of the intent before, and of the uuids after. */
export async function createGroups(all: readonly Step[], parts: ApplyParts): Promise<void> {
  const steps = stepsOf(all, 'create-group')
  const { dynatrace, ledger, ownership } = parts
  await ownership.intend(
    'group',
    steps.map(({ action }) => ({ name: action.group.name, sources: action.sources })),
  )
  const create = (some: readonly StepOf<'create-group'>[]) =>
    ledger.attempt(some, async () => {
      const made = await dynatrace
        .about(some.map(({ id }) => id))
        .groups.create(
          some.map(({ action }) => ({ name: action.group.name, description: action.group.description })),
        )
      for (const [index, { action }] of some.entries()) {
        const group = made[index]
        if (group === undefined) continue
        ledger.setId(action.group.ref, group.id)
        await ownership.confirmGroup(action.group.name, group.id)
      }
    })
  for (let start = 0; start < steps.length; start += GROUPS_A_CALL) {
    const some = steps.slice(start, start + GROUPS_A_CALL)
    const outcome = await create(some)
    // One name that Dynatrace refuses must not keep the others out. Where nobody knows what happened, the
    // next pass looks first.
    const outcomes =
      outcome === 'refused' && some.length > 1
        ? await inTurn(some, step => create([step]))
        : some.map(() => outcome)
    const refused = some.filter((_, index) => outcomes[index] === 'refused')
    // A claim on what was certainly not made would one day take somebody else's group for ours.
    await ownership.forget(
      'group',
      refused.map(step => foldKey(step.action.group.name)),
    )
  }
  await verifyGroups(steps, parts, (step, found) => found.has(ledger.idOf(step.action.group.ref)))
}

async function inTurn<T, R>(items: readonly T[], task: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  for (const item of items) results.push(await task(item))
  return results
}

/** Dynatrace replaces the whole group, so each is sent back as it was read a moment before. */
export async function updateGroups(all: readonly Step[], parts: ApplyParts): Promise<void> {
  const steps = stepsOf(all, 'update-group')
  const { dynatrace, ledger, ownership } = parts
  let current = new Map<string, AccountGroup>()
  const read = await ledger.attempt(steps, async () => {
    current = new Map((await dynatrace.groups.list()).map(group => [group.id, group]))
  })
  if (read !== 'applied') return
  for (const step of steps) {
    const { from, to, sources } = step.action
    const group = current.get(to.ref)
    if (group === undefined) {
      ledger.set([step], { kind: 'failed', reason: `The group "${from.name}" is gone.` })
      continue
    }
    const sent = await ledger.attempt([step], () =>
      dynatrace.about([step.id]).groups.update({ ...group, name: to.name, description: to.description }),
    )
    if (sent === 'applied') await ownership.setName(to.ref, to.name, sources)
  }
  await verifyGroups(steps, parts, ({ action: { to } }, found) => {
    const group = found.get(to.ref)
    return group?.name === to.name && group.description.trim() === to.description.trim()
  })
}

/**
 * Memberships, permissions and bindings of a group go with it. `short`: something that was to be added in
 * this plan was not, perhaps just what the members of the group are moving to.
 */
export async function deleteGroups(all: readonly Step[], parts: ApplyParts, short: boolean): Promise<void> {
  const steps = stepsOf(all, 'delete-group')
  const { dynatrace, ledger, ownership } = parts
  if (short) {
    ledger.set(steps, {
      kind: 'skipped',
      reason: 'Not everything else came about, so the group stays until it does.',
    })
    return
  }
  for (const step of steps)
    await ledger.attempt([step], () => dynatrace.about([step.id]).groups.remove(step.action.group.ref))
  await verifyGroups(steps, parts, (step, found) => !found.has(step.action.group.ref))
  const gone = steps.filter(step => ledger.applied(step))
  await ownership.forgetGroups(gone.map(step => step.action.group.ref))
}

function verifyGroups<S extends Step>(
  steps: readonly S[],
  parts: ApplyParts,
  shows: (step: S, found: ReadonlyMap<string, AccountGroup>) => boolean,
): Promise<void> {
  return verify(steps, parts, async missing => {
    const found = new Map((await parts.dynatrace.groups.list()).map(group => [group.id, group]))
    return missing.filter(step => !shows(step, found))
  })
}
