/** The class of a difference, in the words of people. Pure. */
import { unreachable } from '../../lib/errors.ts'
import { isNewGroup } from '../keys.ts'
import type { GroupRef } from '../state.ts'
import type { StepAction } from '../step.ts'
import type { DriftClass } from './drift.ts'

/** What it is when nothing else sets it otherwise again and again. */
export type PlainClass = Exclude<DriftClass, 'contested'>

export interface ClassFacts {
  /** Ours, and no rule leads to it any more. */
  readonly isOrphan: (ref: GroupRef) => boolean
  /** Whether the registry knew a group that is to be made: somebody deleted it. */
  readonly wasThere: (ref: GroupRef) => boolean
}

export function classOf(action: StepAction, { isOrphan, wasThere }: ClassFacts): PlainClass {
  switch (action.kind) {
    case 'create-group':
      return isNewGroup(action.group.ref) && wasThere(action.group.ref) ? 'recreated' : 'missing'
    case 'create-policy':
    case 'create-boundary':
    case 'invite-user':
    case 'add-member':
    case 'add-binding':
    case 'add-permission':
      return 'missing'
    case 'remove-member':
      return isOrphan(action.group) ? 'orphaned' : 'extra'
    case 'remove-binding':
      return isOrphan(action.binding.group) ? 'orphaned' : 'extra'
    case 'remove-permission':
      return isOrphan(action.permission.group) ? 'orphaned' : 'extra'
    case 'remove-user':
      return 'extra'
    case 'delete-group':
    case 'delete-policy':
    case 'delete-boundary':
      return 'orphaned'
    case 'update-group':
    case 'update-policy':
    case 'update-boundary':
      return action.from.name === action.to.name ? 'changed' : 'renamed'
    case 'change-binding':
      return 'changed'
    default:
      return unreachable(action)
  }
}

const MEANINGS: Readonly<Record<PlainClass, string>> = {
  missing: 'The rules give it, and the account does not have it.',
  extra: 'The account has it, and no rule gives it.',
  changed: 'It is there, and says something else than the rules.',
  renamed: 'It is there under another name.',
  recreated: 'It was there and is gone: what is made in its place has another id.',
  orphaned: 'The bridge made it, and no rule wants it any more.',
}

/** One sentence, or two for what comes back again and again. */
export function meaningOf(kind: DriftClass, of: PlainClass, repairs: number): string {
  return kind === 'contested'
    ? `${MEANINGS[of]} The bridge has put it right ${repairs} times, and it is back: something else sets it otherwise.`
    : MEANINGS[kind]
}
