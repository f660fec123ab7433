/** Orders of redefinitions worth a look, the likeliest first. */
import { covers } from '../../policy/covers.ts'
import { effectiveStatements } from '../../policy/effective.ts'
import { parsePolicy } from '../../policy/parse-policy.ts'
import type { StatePolicy } from '../state.ts'
import type { Step, StepAction } from '../step.ts'

export type Redefinition = Step & {
  readonly action: Extract<StepAction, { kind: 'update-policy' | 'update-boundary' }>
}

export interface Order {
  readonly now: readonly Redefinition[]
  readonly later: readonly Redefinition[]
}

/** Up to this many redefinitions every order is tried. */
const EVERY_ORDER_OF = 4

/**
 * A policy that narrows goes before the boundaries and any other after them, as far as nothing speaks against it.
 * At least one order, also of nothing.
 */
export function inPreference(steps: readonly Redefinition[]): readonly Order[] {
  const ranked = steps.toSorted((a, b) => rankOf(a) - rankOf(b))
  if (steps.length > EVERY_ORDER_OF) return ofMany(ranked)
  const orders = permutations(ranked)
  return Array.from({ length: steps.length + 1 }, (_, late) => steps.length - late).flatMap(at =>
    orders.map(order => ({ now: order.slice(0, at), later: order.slice(at) })),
  )
}

/** What kind goes when, for all of a kind alike. */
function ofMany(ranked: readonly Redefinition[]): readonly Order[] {
  return [ranked, ranked.toReversed()].flatMap(order => {
    const of = (...kinds: readonly number[]) => order.filter(step => kinds.includes(rankOf(step)))
    return [
      { now: order, later: [] },
      { now: of(1, 2), later: of(0) },
      { now: of(0, 1), later: of(2) },
      { now: of(0, 2), later: of(1) },
      { now: of(1), later: of(0, 2) },
      { now: [], later: order },
    ]
  })
}

function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length < 2) return [items]
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map(rest => [item, ...rest]))
}

function rankOf({ action }: Redefinition): number {
  if (action.kind === 'update-boundary') return 1
  return narrows(action.from, action.to) ? 0 : 2
}

/** Certain only when the answer is yes. */
function narrows(from: StatePolicy, to: StatePolicy): boolean {
  const [before, after] = [parsePolicy(from.statement), parsePolicy(to.statement)]
  if (before.kind !== 'parsed' || after.kind !== 'parsed') return false
  const [old, wanted] = [before, after].map(({ statements }) =>
    effectiveStatements({ statements, boundaries: [], parameters: {} }),
  )
  return old !== undefined && wanted !== undefined && covers(old, wanted)
}
