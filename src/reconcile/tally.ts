/** A plan in numbers. */
import type { Run } from './run.ts'
import type { Step, StepAction } from './step.ts'

export interface Tally {
  /** Steps that may proceed, by what they do. */
  readonly add: number
  readonly change: number
  readonly remove: number
  /** Steps that may not. */
  readonly held: number
  readonly refused: number
  /** Results, over all steps. */
  readonly applied: number
  readonly skipped: number
  readonly failed: number
}

export function tallyOf(steps: readonly Step[], results: Run['results']): Tally {
  const proceeding = steps.filter(step => step.verdict.kind === 'proceed')
  const effects = (effect: Effect) => proceeding.filter(step => effectOf(step.action) === effect).length
  const verdicts = (kind: string) => steps.filter(step => step.verdict.kind === kind).length
  const outcomes = (kind: string) => steps.filter(step => results[step.id]?.kind === kind).length
  return {
    add: effects('add'),
    change: effects('change'),
    remove: effects('remove'),
    held: verdicts('hold'),
    refused: verdicts('refuse'),
    applied: outcomes('applied'),
    skipped: outcomes('skipped'),
    failed: outcomes('failed'),
  }
}

export type Effect = 'add' | 'change' | 'remove'

export function effectOf(action: StepAction): Effect {
  switch (action.kind) {
    case 'create-policy':
    case 'create-boundary':
    case 'create-group':
    case 'invite-user':
    case 'add-member':
    case 'add-binding':
    case 'add-permission':
      return 'add'
    case 'update-policy':
    case 'update-boundary':
    case 'update-group':
    case 'change-binding':
      return 'change'
    case 'delete-policy':
    case 'delete-boundary':
    case 'delete-group':
    case 'remove-user':
    case 'remove-member':
    case 'remove-binding':
    case 'remove-permission':
      return 'remove'
  }
}
