/** The part of the last phase in which policies and boundaries of ours go that nobody needs. */
import { semaphore } from '../../lib/semaphore.ts'
import { releasesOf, remainingUses, usesOf } from '../bindings-of-definitions.ts'
import { levelKey } from '../keys.ts'
import type { Plan, Step } from '../step.ts'
import { type ApplyParts, type StepOf, stepsOf } from './parts.ts'
import { verify } from './verify.ts'

/** Calls prepared at a time; how many are in flight is the client's own affair. */
const AHEAD = 8

/** What is still bound, because not everything went as planned, stays. */
export async function deleteDefinitions(all: readonly Step[], plan: Plan, parts: ApplyParts): Promise<void> {
  const { dynatrace, ledger, ownership, uses } = parts
  const steps = stepsOf(all, 'delete-policy', 'delete-boundary')
  const releases = releasesOf(plan.steps.filter(step => ledger.applied(step)).map(step => step.action))
  const isNeeded = (id: string) => remainingUses(usesOf(uses, id), id, releases).length > 0
  const stuck = steps.filter(step => isNeeded(idOf(step)))
  ledger.set(stuck, {
    kind: 'skipped',
    reason: 'Not all of its bindings could be removed, so it stays until then.',
  })
  const going = steps.filter(step => !stuck.includes(step))
  const ahead = semaphore(AHEAD)
  const remove = ({ id, action }: Deletion) => {
    const { policies, boundaries } = dynatrace.about([id])
    return action.kind === 'delete-policy'
      ? policies.remove(action.policy.level, action.policy.id)
      : boundaries.remove(action.boundary.id)
  }
  await Promise.all(going.map(step => ahead(() => ledger.attempt([step], () => remove(step)))))
  await verify(going, parts, missing => stillThere(missing, parts))
  await ownership.forgetDefinitions(
    going
      .filter(step => ledger.applied(step))
      .map(step => ({ kind: step.action.kind === 'delete-policy' ? 'policy' : 'boundary', id: idOf(step) })),
  )
}

type Deletion = StepOf<'delete-policy' | 'delete-boundary'>

async function stillThere(
  steps: readonly Deletion[],
  { dynatrace }: ApplyParts,
): Promise<readonly Deletion[]> {
  const there = new Set<string>()
  const levels = new Map(
    stepsOf(steps, 'delete-policy').map(({ action }) => [levelKey(action.policy.level), action.policy.level]),
  )
  for (const level of levels.values())
    for (const { id } of await dynatrace.policies.list(level)) there.add(id)
  if (stepsOf(steps, 'delete-boundary').length > 0) {
    for (const { id } of await dynatrace.boundaries.list()) there.add(id)
  }
  return steps.filter(step => there.has(idOf(step)))
}

const idOf = ({ action }: Deletion): string =>
  action.kind === 'delete-policy' ? action.policy.id : action.boundary.id
