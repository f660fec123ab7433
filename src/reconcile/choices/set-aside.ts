/** Differences that a person wants to stand: they leave the plan and are told apart. Pure. */
import { groupOf } from '../action.ts'
import type { Drift } from '../drift/drift.ts'
import { isNewGroup } from '../keys.ts'
import { stepId } from '../plan.ts'
import type { StepAction } from '../step.ts'
import type { Choice } from './choice-store.ts'

export interface SetAside {
  readonly step: string
  readonly title: string
  readonly choice: Choice['choice']
  readonly by: string
  readonly reason: string
  readonly until?: string | undefined
  readonly drift?: Drift | undefined
}

/** Without a group that is not to be made nothing can be put into it. */
export function setAside(
  actions: readonly StepAction[],
  choices: ReadonlyMap<string, Choice>,
): { readonly left: readonly StepAction[]; readonly aside: readonly StepAction[] } {
  if (choices.size === 0) return { left: actions, aside: [] }
  const aside = new Set(actions.filter(action => choices.has(stepId(action))))
  const unmade = new Set(
    [...aside].flatMap(action => (action.kind === 'create-group' ? [action.group.ref] : [])),
  )
  const goesWith = (action: StepAction) => {
    const ref = groupOf(action)
    return ref !== undefined && isNewGroup(ref) && unmade.has(ref)
  }
  return {
    left: actions.filter(action => !aside.has(action) && !goesWith(action)),
    aside: [...aside],
  }
}

export const asideOf = (
  { stepId: step, choice, actor: by, reason, until }: Choice,
  title: string,
  drift: Drift | undefined,
): SetAside => ({ step, title, choice, by, reason, until, drift })
