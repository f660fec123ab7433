/** The law of a change of rights, for one group: no state has less than both ends grant, or more than both allow. */
import { breachesBetween } from '../../policy/between.ts'
import type { EffectiveStatement } from '../../policy/effective.ts'
import type { Statement } from '../../policy/statement.ts'
import { levelKey } from '../keys.ts'
import type { StateBinding } from '../state.ts'
import { type Assumed, effectiveAt, type Holdings, isUnderstood } from './holdings.ts'

/**
 * A judge of states between two ends. What nobody has read is judged as allowing nothing and as allowing everything:
 * what holds in both cases holds in any, as long as it denies nothing.
 */
export function lawBetween(first: Holdings, last: Holdings): (state: Holdings) => boolean {
  const bindings = [...first.bindings.values(), ...last.bindings.values()]
  const places = placesOf(bindings)
  const unread = new Set(
    bindings.map(each => each.policyId).filter(id => !isUnderstood(first, id) || !isUnderstood(last, id)),
  )
  return state =>
    places.every(place => {
      const told = [first, last, state].flatMap(each => effectiveAt(each, place, () => []))
      const everything: Statement[] = [...new Set(told.map(each => each.permission))].map(permission => ({
        effect: 'ALLOW',
        permissions: [permission],
        conditions: [],
      }))
      const cases: Assumed[] = [
        () => [],
        ...(unread.size === 0 ? [] : [() => everything]),
        ...(unread.size < 2 ? [] : [...unread].map(id => (of: string) => (of === id ? everything : []))),
      ]
      // What the group has besides counts where something is denied: that must hold whatever else is allowed.
      const besides: readonly EffectiveStatement[] = told.some(each => each.effect === 'DENY')
        ? everything.flatMap(({ permissions }) =>
            permissions.map(permission => ({ effect: 'ALLOW', permission, conditions: [] })),
          )
        : []
      return cases.every(assumed => {
        const at = (holdings: Holdings) => effectiveAt(holdings, place, assumed)
        const [from, to, now] = [at(first), at(last), at(state)]
        if (breachesBetween([from, to], now).length > 0) return false
        if (besides.length === 0) return true
        return (
          breachesBetween(
            [
              [...from, ...besides],
              [...to, ...besides],
            ],
            [...now, ...besides],
          ).length === 0
        )
      })
    })
}

/** The account by itself, and each environment in which something differs. */
function placesOf(bindings: readonly StateBinding[]): readonly StateBinding['level'][] {
  const places = new Map<string, StateBinding['level']>([['account', { kind: 'account' }]])
  for (const { level } of bindings) places.set(levelKey(level), level)
  return [...places.values()]
}
