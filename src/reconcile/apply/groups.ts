/** Phases that create, rename and delete groups. */
import type { AccountGroup } from '../../dynatrace/dynatrace.ts'
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
      const made = await dynatrace.groups.create(
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
    if (await create(some)) continue
    // One name that Dynatrace refuses must not keep the others out.
    if (some.length > 1) for (const step of some) await create([step])
  }
  await verifyGroups(steps, parts, (step, found) => found.has(ledger.idOf(step.action.group.ref)))
}

/** Dynatrace replaces the whole group, so each is sent back as it was read a moment before. */
export async function updateGroups(all: readonly Step[], parts: ApplyParts): Promise<void> {
  const steps = stepsOf(all, 'update-group')
  const { dynatrace, ledger, ownership } = parts
  let current = new Map<string, AccountGroup>()
  const read = await ledger.attempt(steps, async () => {
    current = new Map((await dynatrace.groups.list()).map(group => [group.id, group]))
  })
  if (!read) return
  for (const step of steps) {
    const { from, to, sources } = step.action
    const group = current.get(to.ref)
    if (group === undefined) {
      ledger.set([step], { kind: 'failed', reason: `The group "${from.name}" is gone.` })
      continue
    }
    const sent = await ledger.attempt([step], () =>
      dynatrace.groups.update({ ...group, name: to.name, description: to.description }),
    )
    if (sent) await ownership.setName(to.ref, to.name, sources)
  }
  await verifyGroups(steps, parts, ({ action: { to } }, found) => {
    const group = found.get(to.ref)
    return group?.name === to.name && group.description.trim() === to.description.trim()
  })
}

/** Memberships, permissions and bindings of a group go with it. */
export async function deleteGroups(all: readonly Step[], parts: ApplyParts): Promise<void> {
  const steps = stepsOf(all, 'delete-group')
  const { dynatrace, ledger, ownership } = parts
  for (const step of steps) await ledger.attempt([step], () => dynatrace.groups.remove(step.action.group.ref))
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
