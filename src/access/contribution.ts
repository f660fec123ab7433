/** What one IdP group brings to the desired state. It depends on the model and this group alone. */
import type { IdpGroup } from '../directory/snapshot.ts'
import { foldKey } from '../lib/fold.ts'
import type { Work } from '../lib/turns.ts'
import type { CompiledModel } from './compile-model.ts'
import type { BoundaryAsk } from './expand-boundaries.ts'
import { subjectOf } from './match.ts'
import type { Wish } from './wish.ts'

export interface Contribution {
  readonly group: IdpGroup
  /** Its folded displayName, by which groups are sorted. */
  readonly key: string
  /** In the order of the rules. */
  readonly takes: readonly Take[]
  /** Places of the rules that match the group and leave it alone. */
  readonly excludedBy: readonly number[]
}

/** A rule takes the group. */
export interface Take {
  /** Place of the rule in the model. */
  readonly rule: number
  readonly wishes: readonly KeyedWish[]
  readonly boundaries: readonly BoundaryAsk[]
}

export interface KeyedWish extends Wish {
  /** Folded name of the Dynatrace group. */
  readonly key: string
  readonly rule: number
}

export function* contributionOf(group: IdpGroup, model: CompiledModel): Work<Contribution> {
  const subject = subjectOf(group)
  const takes: Take[] = []
  const excludedBy: number[] = []
  for (const [rule, { take, groups, boundaries, isSlow }] of model.rules.entries()) {
    if (isSlow) yield
    const taking = take(subject)
    if (taking.kind === 'excluded') excludedBy.push(rule)
    if (taking.kind !== 'taken') continue
    const wishes = groups.map(({ wishFor }) => {
      const wish = wishFor(group, taking.variables)
      return { ...wish, key: foldKey(wish.groupName), rule }
    })
    takes.push({ rule, wishes, boundaries: boundaries(taking.variables) })
  }
  return { group, key: foldKey(group.displayName), takes, excludedBy }
}

/** Whether a group is still the one that a contribution was worked out for. */
export const isSameGroup = (one: IdpGroup, other: IdpGroup): boolean =>
  one === other ||
  (one.id === other.id && one.displayName === other.displayName && one.externalId === other.externalId)

/** Names decide, then ids: what a group is called first must not hang on the order of a database. */
export function byName(a: Contribution, b: Contribution): number {
  return (
    compare(a.key, b.key) ||
    compare(a.group.displayName, b.group.displayName) ||
    compare(a.group.id, b.group.id)
  )
}

function compare(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
