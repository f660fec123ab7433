/**
 * Environments that were deactivated while an apply was under way: Dynatrace then answers 403, as for a missing right.
 * What failed there is nobody's mistake, and the next pass leaves it alone.
 */
import { UpstreamError } from '../../dynatrace/upstream-error.ts'
import type { Step, StepAction } from '../step.ts'
import type { ApplyParts } from './parts.ts'

export async function excuseDeactivated(
  steps: readonly Step[],
  { ledger, dynatrace }: Pick<ApplyParts, 'ledger' | 'dynatrace'>,
): Promise<void> {
  if (!ledger.wasForbidden) return
  const failed = steps.filter(
    step => ledger.results.get(step.id)?.kind === 'failed' && environmentOf(step.action) !== undefined,
  )
  if (failed.length === 0) return
  try {
    const inactive = new Map(
      (await dynatrace.environments.list()).filter(each => !each.active).map(each => [each.id, each.name]),
    )
    for (const step of failed) {
      const name = inactive.get(environmentOf(step.action) ?? '')
      if (name === undefined) continue
      ledger.set([step], {
        kind: 'skipped',
        reason: `Environment "${name}" was deactivated in the meantime; it is left alone until it is active again.`,
      })
    }
  } catch (error) {
    // Then what Dynatrace said of the step is all there is to say.
    if (!(error instanceof UpstreamError)) throw error
  }
}

/** The id of the environment in which the step does something. */
function environmentOf(action: StepAction): string | undefined {
  switch (action.kind) {
    case 'add-binding':
    case 'remove-binding':
      return action.binding.level.kind === 'environment' ? action.binding.level.id : undefined
    case 'change-binding':
      return action.to.level.kind === 'environment' ? action.to.level.id : undefined
    case 'create-policy':
    case 'delete-policy':
      return action.policy.level.kind === 'environment' ? action.policy.level.id : undefined
    case 'update-policy':
      return action.to.level.kind === 'environment' ? action.to.level.id : undefined
    case 'add-permission':
    case 'remove-permission':
      return action.permission.scopeType === 'account' ? undefined : action.permission.scope.split(':')[0]
    default:
      return undefined
  }
}
