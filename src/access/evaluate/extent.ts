/** What all statements about one permission come to: never, always, or where conditions hold. */
import { covers } from '../../policy/covers.ts'
import type { EffectiveStatement } from '../../policy/effective.ts'
import { type Attributes, holds } from '../../policy/holds.ts'
import type { Condition } from '../../policy/statement.ts'
import { canHold, hasPlaceholder } from './possible.ts'
import { conditionsText, tidyConditions } from './tidy-conditions.ts'

/** A statement as far as it still depends on something. */
export interface Rest<S extends EffectiveStatement = EffectiveStatement> {
  /** In tidy form; none: it applies to everything. */
  readonly conditions: readonly Condition[]
  readonly of: S
}

export interface Extent<S extends EffectiveStatement = EffectiveStatement> {
  readonly kind: 'never' | 'always' | 'where'
  /** Where any of these holds …; of equal ones each is there. */
  readonly any: readonly Rest<S>[]
  /** … and none of these. Of `never`, all that deny it. */
  readonly except: readonly Rest<S>[]
}

/** Statements of one permission, DENY included, from all groups that count; `where` is what is known of the thing it is used on. */
export function extentOf<S extends EffectiveStatement>(
  statements: readonly S[],
  where: Attributes = {},
): Extent<S> {
  const rests = statements.flatMap(statement => restOf(statement, where) ?? [])
  const denials = rests.filter(({ of }) => of.effect === 'DENY')
  const grants = rests.filter(({ of }) => of.effect === 'ALLOW')
  const asGrants = denials.map(({ of, conditions }) => bare(of, 'ALLOW', conditions))
  const any = grants.filter(
    ({ of, conditions }) => asGrants.length === 0 || !covers(asGrants, [bare(of, 'ALLOW', conditions)]),
  )
  if (any.length === 0) return { kind: 'never', any: [], except: widest(denials) }
  const except = denials.filter(denial =>
    any.some(grant => canHold([...grant.conditions, ...denial.conditions])),
  )
  const whole = any.filter(({ conditions }) => conditions.length === 0)
  if (whole.length === 0) return { kind: 'where', any: widest(any), except: widest(except) }
  return { kind: except.length === 0 ? 'always' : 'where', any: whole, except: widest(except) }
}

/** Whether both allow the same, as far as that can be proved. */
export function sameExtent(one: Extent, other: Extent): boolean {
  if (one.kind !== other.kind) return false
  if (one.kind !== 'where') return true
  const [left, right] = [statementsOf(one), statementsOf(other)]
  return covers(left, right) && covers(right, left)
}

/** The conditions of `any` or of `except` as text, each once: `a = "b" AND …`. */
export const alternativesText = (rests: readonly Rest[]): readonly string[] => [
  ...new Set(rests.map(({ conditions }) => conditionsText(conditions))),
]

/** Undefined when the statement does not apply, whatever else is true. */
function restOf<S extends EffectiveStatement>(statement: S, where: Attributes): Rest<S> | undefined {
  const open: Condition[] = []
  for (const condition of statement.conditions) {
    if (!Object.hasOwn(where, condition.name) || hasPlaceholder(condition)) open.push(condition)
    else if (!holds(condition, where)) return undefined
  }
  return canHold(open) ? { conditions: tidyConditions(open), of: statement } : undefined
}

/** More than these are told as they are: comparing each with each would take its time. */
const mostCompared = 64

/** Without those that lie within another one. */
function widest<S extends EffectiveStatement>(rests: readonly Rest<S>[]): readonly Rest<S>[] {
  if (rests.length < 2) return rests
  const byText = Map.groupBy(rests, ({ conditions }) => conditionsText(conditions))
  const distinct = [...byText.values()].flatMap(same => same[0] ?? [])
  if (distinct.length > mostCompared) return rests
  const kept = distinct.filter(
    (rest, at) =>
      !distinct.some(
        (other, place) => place !== at && isWithin(rest, other) && (place < at || !isWithin(other, rest)),
      ),
  )
  return kept.flatMap(({ conditions }) => byText.get(conditionsText(conditions)) ?? [])
}

const isWithin = (narrow: Rest, wide: Rest): boolean =>
  covers([bare(wide.of, 'ALLOW', wide.conditions)], [bare(narrow.of, 'ALLOW', narrow.conditions)])

const statementsOf = ({ any, except }: Extent): readonly EffectiveStatement[] => [
  ...any.map(({ of, conditions }) => bare(of, 'ALLOW', conditions)),
  ...except.map(({ of, conditions }) => bare(of, 'DENY', conditions)),
]

const bare = (
  { permission }: EffectiveStatement,
  effect: EffectiveStatement['effect'],
  conditions: readonly Condition[],
): EffectiveStatement => ({ effect, permission, conditions })
