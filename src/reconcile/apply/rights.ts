/**
 * Phases that add, change and remove bindings and role permissions of groups.
 *
 * Within a group everything is added and read back before anything is taken away, and what goes waits for the next
 * pass when its group did not get all it should have. Groups proceed side by side.
 */
import { semaphore } from '../../lib/semaphore.ts'
import { groupOf } from '../action.ts'
import { realmsOf } from '../bindings/realm.ts'
import { isNewGroup } from '../keys.ts'
import type { StateBinding } from '../state.ts'
import type { Plan, Step } from '../step.ts'
import { type BindingStep, settleBindings, WAITING } from './bindings.ts'
import { type ApplyParts, stepsOf } from './parts.ts'
import type { PolicyKnowledge } from './policy-knowledge.ts'
import { claimRights, releaseRights } from './right-claims.ts'
import { bindingOf, type RightStep, rightSteps } from './right-step.ts'
import { verifyPermissions } from './verify-rights.ts'

const AHEAD = 8

export interface RightsParts extends ApplyParts {
  /** The whole plan: what one phase may do to a group depends on what others have for it. */
  readonly plan: Plan
  readonly knowledge: PolicyKnowledge
  /** Ids of steps that change a policy or boundary once all rights are settled: until then it counts as it is. */
  readonly late: ReadonlySet<string>
}

/** For the phases in which rights are added and changed. */
export async function addRights(all: readonly Step[], parts: RightsParts): Promise<void> {
  const steps = stepsOf(all, 'change-binding', 'add-binding', 'add-permission')
  await claimRights(steps, parts)
  await eachGroup(steps, parts, async (own, outlook) => {
    await settleRealms(stepsOf(own, 'change-binding', 'add-binding'), outlook, parts)
    const permissions = stepsOf(own, 'add-permission')
    const [first] = permissions
    if (first === undefined) return
    await parts.ledger.attempt(permissions, () =>
      parts.dynatrace.about(permissions.map(({ id }) => id)).permissions.add(
        parts.ledger.idOf(first.action.permission.group),
        permissions.map(step => step.action.permission),
      ),
    )
    await verifyPermissions(permissions, parts, true)
  })
  await releaseRights(steps, parts)
}

/** For the phase in which rights are taken away. */
export async function removeRights(all: readonly Step[], parts: RightsParts): Promise<void> {
  const steps = stepsOf(all, 'remove-binding', 'remove-permission')
  const { ledger } = parts
  await eachGroup(steps, parts, async (own, outlook) => {
    const permissions = stepsOf(own, 'remove-permission')
    const coming = stepsOf(outlook.steps, 'add-binding', 'add-permission')
    if (coming.every(step => ledger.applied(step))) {
      // They allow, and nothing else: what denies goes last.
      for (const step of permissions) {
        const { permission } = step.action
        await ledger.attempt([step], () =>
          parts.dynatrace.about([step.id]).permissions.remove(ledger.idOf(permission.group), permission),
        )
      }
      await verifyPermissions(permissions, parts, false)
    } else ledger.set(permissions, { kind: 'skipped', reason: WAITING })
    await settleRealms(stepsOf(own, 'remove-binding'), outlook, parts)
  })
  await releaseRights(steps, parts)
}

/** What a plan has for the rights of one group. */
interface Outlook {
  readonly steps: readonly RightStep[]
  /** Policies and boundaries that the plan makes or changes, as far as that has not come about. */
  readonly unspoken: ReadonlySet<string>
}

/** `now`: steps of one group and phase. */
async function settleRealms(
  now: readonly BindingStep[],
  { steps: planned, unspoken }: Outlook,
  parts: RightsParts,
): Promise<void> {
  const { ledger, knowledge } = parts
  const isUnspoken = ({ policyId, boundaryIds }: StateBinding) =>
    [policyId, ...boundaryIds].some(id => unspoken.has(id))
  const lacks = (binding: StateBinding) =>
    isUnspoken(binding)
      ? 'The policy or a boundary of it does not say yet what it should, so it waits until that is done.'
      : undefined
  const short = stepsOf(planned, 'add-permission').some(
    step => ledger.results.has(step.id) && !ledger.applied(step),
  )
  const all = stepsOf(planned, 'add-binding', 'change-binding', 'remove-binding')
  for (const steps of realmsOf(all, step => bindingOf(step).level)) {
    const own = now.filter(step => steps.includes(step))
    if (own.length === 0) continue
    const obstacle = short || steps.some(step => isUnspoken(bindingOf(step))) ? WAITING : undefined
    await settleBindings({ steps, now: own, obstacle, lacks }, parts, knowledge)
  }
}

/** What is held or refused is not to come, and nothing waits for it; but what stays for now may stand in the way. */
function outlooks({ plan, ledger, late }: RightsParts): (ref: string) => Outlook {
  const unspoken = new Set<string>()
  for (const step of plan.steps) {
    const { action } = step
    if (ledger.applied(step) || late.has(step.id)) continue
    if (action.kind === 'create-policy') unspoken.add(action.policy.id)
    if (action.kind === 'create-boundary') unspoken.add(action.boundary.id)
    if (action.kind === 'update-policy' || action.kind === 'update-boundary') unspoken.add(action.to.id)
  }
  const rights = rightSteps(plan.steps).filter(
    step => step.verdict.kind === 'proceed' || step.action.kind === 'remove-binding',
  )
  const byGroup = Map.groupBy(rights, step => groupOf(step.action) ?? '')
  return ref => ({ steps: byGroup.get(ref) ?? [], unspoken })
}

/** Calls `settle` with the steps of each group, but for groups that could not be created. */
async function eachGroup<S extends RightStep>(
  steps: readonly S[],
  parts: RightsParts,
  settle: (own: readonly S[], outlook: Outlook) => Promise<void>,
): Promise<void> {
  const { ledger } = parts
  const ahead = semaphore(AHEAD)
  const outlookOf = outlooks(parts)
  const groups = [...Map.groupBy(steps, step => groupOf(step.action) ?? '')]
  await Promise.all(
    groups.map(async ([ref, own]) => {
      if (!isNewGroup(ledger.idOf(ref))) return ahead(() => settle(own, outlookOf(ref)))
      ledger.set(own, { kind: 'skipped', reason: 'The group could not be created.' })
    }),
  )
}
