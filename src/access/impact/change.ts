/** What somebody gains and loses when one set of rights is replaced by another. */
import { firstUncovered } from '../../policy/covers.ts'
import type { EffectiveStatement } from '../../policy/effective.ts'
import { conditionsText } from '../evaluate/tidy-conditions.ts'
import type { Rights } from './right.ts'

/** One thing that is gained or lost. */
export interface Piece {
  /** A permission, `role …` or `policy …` (one whose text is not known). */
  readonly what: string
  /** Conditions under which it is gained or lost; empty: without any. */
  readonly where: string
}

export interface Change {
  readonly gains: readonly Piece[]
  readonly losses: readonly Piece[]
}

export const noChange: Change = { gains: [], losses: [] }

/** Permissions are compared by what they allow: conditions written otherwise are no difference as far as that can be proved. */
export function changeBetween(before: readonly Rights[], after: readonly Rights[]): Change {
  const [old, now] = [byPermission(before), byPermission(after)]
  const permissions = [...new Set([...old.keys(), ...now.keys()])].sort()
  const pieces = (
    wide: ReadonlyMap<string, readonly EffectiveStatement[]>,
    narrow: ReadonlyMap<string, readonly EffectiveStatement[]>,
  ): readonly Piece[] =>
    permissions.flatMap(permission => {
      const missing = firstUncovered(wide.get(permission) ?? [], narrow.get(permission) ?? [])
      return missing === undefined ? [] : [{ what: permission, where: whereOf(missing) }]
    })
  return {
    gains: [...pieces(old, now), ...wholeBeyond(before, after)],
    losses: [...pieces(now, old), ...wholeBeyond(after, before)],
  }
}

function byPermission(rights: readonly Rights[]): ReadonlyMap<string, readonly EffectiveStatement[]> {
  return Map.groupBy(
    rights.flatMap(({ statements }) => statements),
    ({ permission }) => permission,
  )
}

function wholeBeyond(before: readonly Rights[], after: readonly Rights[]): readonly Piece[] {
  const had = new Set(before.flatMap(({ whole }) => whole))
  const has = new Set(after.flatMap(({ whole }) => whole))
  return [...has.difference(had)].sort().map(what => ({ what, where: '' }))
}

/** A denial that one side has and the other has not. */
function whereOf({ effect, conditions }: EffectiveStatement): string {
  const text = conditionsText(conditions)
  if (effect === 'ALLOW') return text
  return text === '' ? 'a policy denies it on one side' : `a policy denies ${text} on one side`
}
