/**
 * Phases that create and change policies and boundaries of ours. Their ids are our own, so that a call that is
 * repeated, after a crash or a lost answer, makes no second one.
 */
import { semaphore } from '../../lib/semaphore.ts'
import { sameBoundary, samePolicy } from '../definition-text.ts'
import type { DefinitionEntry } from '../definition-writes.ts'
import { definitionKey } from '../keys.ts'
import type { StateBoundary, StatePolicy } from '../state.ts'
import type { Plan, Step } from '../step.ts'
import { inRanks, waitingRedefinitions } from './definition-order.ts'
import type { Outcome } from './ledger.ts'
import { type ApplyParts, type StepOf, stepsOf } from './parts.ts'
import { verify } from './verify.ts'

/** Calls prepared at a time; how many are in flight is the client's own affair. */
const AHEAD = 8

type Written =
  | { readonly kind: 'policy'; readonly policy: StatePolicy }
  | { readonly kind: 'boundary'; readonly boundary: StateBoundary }

/** The registry learns of the intent before, and that it came about after. */
export async function createDefinitions(all: readonly Step[], parts: ApplyParts): Promise<void> {
  const steps = stepsOf(all, 'create-policy', 'create-boundary')
  const { ownership } = parts
  await ownership.intendDefinitions(steps.map(step => entryOf(writtenBy(step))))
  const outcomes = await putAll(steps, parts)
  const came = (wanted: Outcome) => steps.filter(step => outcomes.get(step.id) === wanted)
  await ownership.confirmDefinitions(came('applied').map(step => entryOf(writtenBy(step))))
  // What was certainly not made is nobody's. Where nobody knows, the intent stays.
  await ownership.forgetDefinitions(came('refused').map(step => entryOf(writtenBy(step))))
  await verifyWritten(steps, parts)
}

/**
 * What rests on something that could not be said anew waits: the two together could grant what neither end does. So
 * does what a group is bound to that did not get all of its new rights.
 */
export async function updateDefinitions(all: readonly Step[], plan: Plan, parts: ApplyParts): Promise<void> {
  const steps = stepsOf(all, 'update-policy', 'update-boundary')
  const { ledger, ownership, uses } = parts
  const waiting = waitingRedefinitions(steps, plan, parts)
  ledger.set(waiting, {
    kind: 'skipped',
    reason: 'A group that is bound to it did not get all of its new rights, so it stays as it is until then.',
  })
  for (const rank of inRanks(
    steps.filter(step => !waiting.includes(step)),
    uses,
  )) {
    const heldUp = waitingRedefinitions(rank, plan, parts)
    ledger.set(heldUp, {
      kind: 'skipped',
      reason:
        'Another policy or boundary of a group that is bound to it could not be changed, so it stays as it is until then.',
    })
    const tried = rank.filter(step => !heldUp.includes(step))
    const outcomes = await putAll(tried, parts)
    await ownership.confirmDefinitions(
      tried.filter(step => outcomes.get(step.id) === 'applied').map(step => entryOf(writtenBy(step))),
    )
    await verifyWritten(tried, parts)
  }
}

async function putAll(
  steps: readonly StepOf<'create-policy' | 'create-boundary' | 'update-policy' | 'update-boundary'>[],
  { dynatrace, ledger }: ApplyParts,
): Promise<ReadonlyMap<string, Outcome>> {
  const ahead = semaphore(AHEAD)
  const outcomes = new Map<string, Outcome>()
  const put = (step: (typeof steps)[number]) => {
    const written = writtenBy(step)
    const { policies, boundaries } = dynatrace.about([step.id])
    return written.kind === 'policy' ? policies.put(written.policy) : boundaries.put(written.boundary)
  }
  await Promise.all(
    steps.map(step =>
      ahead(async () => {
        outcomes.set(step.id, await ledger.attempt([step], () => put(step)))
      }),
    ),
  )
  return outcomes
}

/** Policies are read one by one, since lists do not tell what they say; boundaries all at once. */
function verifyWritten(
  steps: readonly StepOf<'create-policy' | 'create-boundary' | 'update-policy' | 'update-boundary'>[],
  parts: ApplyParts,
): Promise<void> {
  const { dynatrace } = parts
  return verify(steps, parts, async missing => {
    const some = missing.some(step => writtenBy(step).kind === 'boundary')
    const boundaries = new Map((some ? await dynatrace.boundaries.list() : []).map(each => [each.id, each]))
    const ahead = semaphore(AHEAD)
    const shows = async (written: Written) => {
      if (written.kind === 'boundary') {
        const found = boundaries.get(written.boundary.id)
        return found !== undefined && sameBoundary(found, written.boundary)
      }
      const { policy } = written
      const found = await dynatrace.policies.get(policy.level, policy.id)
      return found !== undefined && samePolicy({ ...found, level: policy.level }, policy)
    }
    const shown = await Promise.all(missing.map(step => ahead(() => shows(writtenBy(step)))))
    return missing.filter((_, index) => shown[index] !== true)
  })
}

function writtenBy({
  action,
}: StepOf<'create-policy' | 'create-boundary' | 'update-policy' | 'update-boundary'>): Written {
  switch (action.kind) {
    case 'create-policy':
      return { kind: 'policy', policy: action.policy }
    case 'update-policy':
      return { kind: 'policy', policy: action.to }
    case 'create-boundary':
      return { kind: 'boundary', boundary: action.boundary }
    case 'update-boundary':
      return { kind: 'boundary', boundary: action.to }
  }
}

function entryOf(written: Written): DefinitionEntry {
  if (written.kind === 'policy') {
    const { id, name, level } = written.policy
    return { kind: 'policy', id, name, nameKey: definitionKey(level, name) }
  }
  const { id, name } = written.boundary
  return { kind: 'boundary', id, name, nameKey: definitionKey({ kind: 'account' }, name) }
}
