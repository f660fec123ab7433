/**
 * The desired state, worked out anew only as far as something changed. Most passes are about people, and find model and
 * groups as the last one did; a group that comes, goes or is renamed costs what it brings, and the names it touches.
 * What comes out is the same as without a memory.
 */
import type { IdpGroup } from '../directory/snapshot.ts'
import { atOnce, type Work } from '../lib/turns.ts'
import { type Combined, combine, nothingCombined } from './combine.ts'
import { type CompiledModel, compileModel } from './compile-model.ts'
import { byName, type Contribution, contributionOf, isSameGroup } from './contribution.ts'
import type { Desired } from './desired.ts'
import type { AccessModel } from './model.ts'

export interface DesiredMemory {
  readonly desiring: (model: AccessModel, groups: readonly IdpGroup[]) => Work<Desired>
  /** Folded names of the groups that the rules make of these IdP groups alone, withheld ones with them. */
  readonly namesFrom: (model: AccessModel, groups: readonly IdpGroup[]) => ReadonlySet<string>
}

/** Models are told apart as objects: what was worked out for one goes when it does. */
export function desiredMemory(): DesiredMemory {
  const known = new WeakMap<AccessModel, Remembered>()
  const recall = (model: AccessModel): Remembered => {
    const remembered = known.get(model) ?? { compiled: compileModel(model), last: undefined }
    known.set(model, remembered)
    return remembered
  }
  return {
    *desiring(model, groups) {
      const { compiled, last } = recall(model)
      if (last !== undefined && isSameList(last.asked, groups)) return last.combined.desired
      // Somebody else may ask while this is on: the memory changes at the end, in one go.
      const next = yield* workOut(groups, compiled, last)
      known.set(model, { compiled, last: next })
      return next.combined.desired
    },
    namesFrom(model, groups) {
      const { compiled } = recall(model)
      const takes = groups.flatMap(group => atOnce(contributionOf(group, compiled)).takes)
      return new Set(takes.flatMap(({ wishes }) => wishes.map(({ key }) => key)))
    },
  }
}

interface Remembered {
  readonly compiled: CompiledModel
  readonly last: WorkedOut | undefined
}

interface WorkedOut {
  /** As they came. */
  readonly asked: readonly IdpGroup[]
  readonly byId: ReadonlyMap<string, Contribution>
  /** By name. */
  readonly sorted: readonly Contribution[]
  readonly combined: Combined
}

function* workOut(
  asked: readonly IdpGroup[],
  compiled: CompiledModel,
  last: WorkedOut | undefined,
): Work<WorkedOut> {
  const kept = new Set<Contribution>()
  const added: Contribution[] = []
  for (const group of asked) {
    const before = last?.byId.get(group.id)
    if (before !== undefined && isSameGroup(before.group, group)) kept.add(before)
    else {
      yield
      added.push(yield* contributionOf(group, compiled))
    }
  }
  if (last !== undefined && added.length === 0 && kept.size === last.sorted.length) return { ...last, asked }
  // What was sorted before stays so: sorting again costs little.
  const sorted = [...(last?.sorted.filter(each => kept.has(each)) ?? []), ...added].sort(byName)
  const combined = yield* combine(compiled, sorted, last?.combined ?? nothingCombined)
  return { asked, byId: new Map(sorted.map(each => [each.group.id, each])), sorted, combined }
}

function isSameList(one: readonly IdpGroup[], other: readonly IdpGroup[]): boolean {
  return (
    one.length === other.length &&
    one.every((group, at) => {
      const there = other[at]
      return there !== undefined && isSameGroup(group, there)
    })
  )
}
