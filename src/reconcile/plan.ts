/**
 * Actions in a safe order, each with a stable id, a title and a reason. Pure.
 *
 * Waves, in the order of Dynatrace's own dependencies and so that nobody is ever left with less than
 * both ends grant, or more than both ends allow:
 *
 *  1. leavers lose their groups: people who end with no group of ours need not wait for anything
 *  2. policies and boundaries are created
 *  3. groups are created
 *  4. groups are renamed, described
 *  5. people are invited
 *  6. rights are added (with their boundaries, in one call)
 *  7. policies and boundaries are said anew (some only after 9: `redefinitions/course.ts` chooses)
 *  8. rights that rest on these are added, and bindings are changed
 *  9. rights are taken away
 * 10. members join groups whose rights are settled
 * 11. movers leave the groups they came from
 * 12. who got a new address leaves under the old one, once the new one has everything
 * 13. orphaned groups, users past their grace period, and policies and boundaries that nothing uses go
 */
import { canonicalJson, sha256 } from '../lib/digest.ts'
import type { Work } from '../lib/turns.ts'
import type { Drift } from './drift/drift.ts'
import { redefinedIn, waveOf } from './phase.ts'
import type { Plan, Step, StepAction, Verdict } from './step.ts'

export interface PlanInput {
  readonly actions: readonly StepAction[]
  /** For the question who is a leaver: folded e-mails of people who keep or get a membership of ours. */
  readonly staying: ReadonlySet<string>
  readonly describe: (action: StepAction) => { readonly title: string; readonly reason: string }
  /** By step id. */
  readonly drifts: ReadonlyMap<string, Drift>
  readonly judge: (steps: readonly Omit<Step, 'verdict'>[]) => ReadonlyMap<string, Verdict>
}

export function* makePlan({ actions, staying, describe, drifts, judge }: PlanInput): Work<Plan> {
  const redefined = redefinedIn(actions)
  const found: (Omit<Step, 'verdict'> & { readonly wave: number })[] = []
  for (const action of actions) {
    const id = stepId(action)
    const wave = waveOf(action, staying, redefined)
    found.push({ id, action, wave, ...describe(action), drift: drifts.get(id) })
    yield
  }
  found.sort((a, b) => a.wave - b.wave || compare(a.title, b.title) || compare(a.id, b.id))
  yield
  const drafts = found.map(({ wave: _, ...draft }) => draft)
  yield
  const verdicts = judge(drafts)
  yield
  const steps = drafts.map(draft => ({
    ...draft,
    verdict: verdicts.get(draft.id) ?? { kind: 'proceed' as const },
  }))
  return { hash: sha256(steps.map(step => step.id).join('\n')).slice(0, 16), steps }
}

/** The same change has the same id in every plan: of an action only what it does counts, not how it is said. */
export const stepId = (action: StepAction): string => sha256(canonicalJson(identity(action))).slice(0, 12)

function identity(action: StepAction): readonly unknown[] {
  switch (action.kind) {
    case 'create-policy':
      return [action.kind, action.policy]
    case 'delete-policy':
      return [action.kind, action.policy.id]
    case 'create-boundary':
      return [action.kind, action.boundary]
    case 'delete-boundary':
      return [action.kind, action.boundary.id]
    case 'update-policy':
    case 'update-boundary':
      return [action.kind, action.from, action.to]
    case 'create-group':
      return [action.kind, action.group.name]
    case 'update-group':
      return [action.kind, action.from.ref, action.to.name, action.to.description]
    case 'delete-group':
      return [action.kind, action.group.ref]
    case 'invite-user':
    case 'remove-user':
      return [action.kind, action.emailKey]
    case 'add-member':
    case 'remove-member':
      return [action.kind, action.group, action.emailKey]
    case 'add-binding':
    case 'remove-binding':
      return [action.kind, action.binding]
    case 'change-binding':
      return [action.kind, action.from, action.to]
    case 'add-permission':
    case 'remove-permission':
      return [action.kind, action.permission]
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
