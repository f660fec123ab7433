/**
 * What has to be settled together. A binding on the account counts in every environment, so that one there ties
 * all levels of its group together; without one, each environment is settled by itself.
 */
import type { Level } from '../../dynatrace/dynatrace.ts'
import { levelKey } from '../keys.ts'

/** Whether there is a request that bindings at both levels speak about. */
export const overlaps = (a: Level, b: Level): boolean =>
  a.kind !== 'environment' || b.kind !== 'environment' || a.id === b.id

/** Splits what concerns one group. */
export function realmsOf<T>(all: readonly T[], levelOf: (item: T) => Level): readonly (readonly T[])[] {
  if (all.some(item => levelOf(item).kind !== 'environment')) return [all]
  return [...Map.groupBy(all, item => levelKey(levelOf(item))).values()]
}
