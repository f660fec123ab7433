/** Somebody should have lost access and has it still, since the step that takes it away waits for a person: an alarm that ages. */
import type { Finding } from '../../lib/finding.ts'
import { isRemoval } from '../action.ts'
import type { Plan, Step } from '../step.ts'

/** Names told in one finding. */
const NAMED = 5

/** One finding for each guard that holds some. `since`: when the first of them was due. */
export function heldRevocations(plan: Plan): readonly Finding[] {
  return [...Map.groupBy(heldRemovals(plan), guardOf)].map(([guard, steps]) => {
    const titles = steps.slice(0, NAMED).map(({ title }) => title)
    const more = steps.length > NAMED ? `, and ${steps.length - NAMED} more` : ''
    return {
      kind: 'revocation-held',
      severity: 'error',
      subject: `guard ${guard}`,
      message: `${steps.length === 1 ? 'One revocation waits' : `${steps.length} revocations wait`} for a person (${guard}), and access stays until then: ${titles.join('; ')}${more}.`,
      remedy: 'Look at the run, and approve or reject it: scim-bridge drift names it.',
      since: oldest(steps),
    }
  })
}

const heldRemovals = ({ steps }: Plan): readonly Step[] =>
  steps.filter(
    ({ action, verdict }) =>
      verdict.kind === 'hold' &&
      isRemoval(action) &&
      action.kind !== 'delete-policy' &&
      action.kind !== 'delete-boundary',
  )

const guardOf = ({ verdict }: Step): string => (verdict.kind === 'proceed' ? '' : verdict.guard)

const oldest = (steps: readonly Step[]): string | undefined =>
  steps.flatMap(({ drift }) => drift?.since ?? []).sort()[0]
