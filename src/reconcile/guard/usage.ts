/** How full a level may get: checked before anything is written, since half a rule helps nobody. */
import type { Usage } from '../../dynatrace/dynatrace.ts'
import { levelKey } from '../keys.ts'
import type { StateBinding } from '../state.ts'
import type { StepAction, Verdict } from '../step.ts'
import { type Draft, type Held, refuse } from './verdict.ts'

export type Counted = 'policies' | 'bindings' | 'boundaries' | 'users' | 'groups'

/** By what is counted; what is not known limits nothing. */
export type Fullness = Readonly<Partial<Record<Counted, Usage | undefined>>>

/** What the action adds one of, and where that counts. Additions come before removals in a pass, so no removal makes room. */
export function countedBy(
  action: StepAction,
): { readonly what: Counted; readonly level: StateBinding['level'] } | undefined {
  switch (action.kind) {
    case 'create-policy':
      return { what: 'policies', level: action.policy.level }
    case 'create-boundary':
      return { what: 'boundaries', level: { kind: 'account' } }
    case 'add-binding':
      return { what: 'bindings', level: action.binding.level }
    case 'create-group':
      return { what: 'groups', level: { kind: 'account' } }
    case 'invite-user':
      return { what: 'users', level: { kind: 'account' } }
    default:
      return undefined
  }
}

/** Refuses what goes beyond the limits, in the order of the steps. `limits`: by `levelKey`. */
export function refusedForLimits(
  steps: readonly Draft[],
  limits: ReadonlyMap<string, Fullness>,
  what: ReadonlySet<Counted>,
): Held {
  const wanted = new Map<string, { readonly usage: Usage; readonly what: Counted; readonly steps: Draft[] }>()
  for (const step of steps) {
    const counted = countedBy(step.action)
    if (counted === undefined || !what.has(counted.what)) continue
    const usage = limits.get(levelKey(counted.level))?.[counted.what]
    if (usage === undefined) continue
    const key = `${counted.what} ${levelKey(counted.level)}`
    const known = wanted.get(key)
    if (known === undefined) wanted.set(key, { usage, what: counted.what, steps: [step] })
    else known.steps.push(step)
  }
  return [...wanted].flatMap(([key, { usage, what: kind, steps: own }]) => {
    const room = Math.max(0, usage.limit - usage.count)
    if (own.length <= room) return []
    const where = key.endsWith(' account') ? 'The account' : `Environment ${key.slice(key.indexOf(':') + 1)}`
    const reason =
      `${where} has ${usage.count} of at most ${usage.limit} ${kind}, and this plan adds ${own.length}` +
      `${room === 0 ? '' : `; only the first ${room} of them fit`}. ${REMEDY[kind]}`
    return own.slice(room).map((step): readonly [string, Verdict] => [step.id, refuse('limits', reason)])
  })
}

const PARAMETERS = `\${bindParam:…}`

const REMEDY: Record<Counted, string> = {
  policies: `Delete policies that nobody needs, or let several teams share one by parameters (${PARAMETERS}) or boundaries.`,
  boundaries: 'Delete boundaries that nobody needs, or let several rules share one.',
  bindings: 'Remove bindings that nobody needs, or gather rights in fewer policies.',
  users: 'Remove users who have left, or ask Dynatrace to raise the limit.',
  groups: 'Delete groups that nobody needs, or ask Dynatrace to raise the limit.',
}
