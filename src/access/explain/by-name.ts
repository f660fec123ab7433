/** Groups by folded name: a way to each of thousands asks for them. */
import { foldKey } from '../../lib/fold.ts'
import type { Desired } from '../desired.ts'

const indexes = new WeakMap<readonly { readonly name: string }[], ReadonlyMap<string, unknown>>()

/** The first of this name, without letter case. The index is made once for each list. */
export function namedIn<T extends { readonly name: string }>(
  list: readonly T[],
  name: string,
): T | undefined {
  const known = indexes.get(list)
  // The index of a list holds what the list holds.
  const index = (known as ReadonlyMap<string, T> | undefined) ?? indexOf(list)
  if (known === undefined) indexes.set(list, index)
  return index.get(foldKey(name))
}

function indexOf<T extends { readonly name: string }>(list: readonly T[]): ReadonlyMap<string, T> {
  const index = new Map<string, T>()
  for (const each of list) {
    const key = foldKey(each.name)
    if (!index.has(key)) index.set(key, each)
  }
  return index
}

const withheld = new WeakMap<Desired, ReadonlySet<string>>()

/** Whether the rules contradict each other about the group, or it cannot exist. */
export function isWithheld(name: string, desired: Desired): boolean {
  const known = withheld.get(desired) ?? new Set(desired.withheld.map(foldKey))
  withheld.set(desired, known)
  return known.has(foldKey(name))
}
