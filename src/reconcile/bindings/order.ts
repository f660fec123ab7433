/** Puts things in an order in which each comes after what it waits for, or finds what waits for itself. */

export interface Ordered<T> {
  /** As given, as far as the waiting allows. */
  readonly sorted: readonly T[]
  /** Those that lie on a circle of waiting. */
  readonly circular: readonly T[]
}

/** `waitsFor`: keys; those of nothing given are ignored. */
export function inOrder<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  waitsFor: (item: T) => ReadonlySet<string>,
): Ordered<T> {
  const sorted: T[] = []
  let rest = [...items]
  for (;;) {
    const open = new Set(rest.map(keyOf))
    const next = rest.find(item => waitsFor(item).isDisjointFrom(open))
    if (next === undefined) break
    sorted.push(next)
    rest = rest.filter(item => item !== next)
  }
  return { sorted, circular: withoutTails(rest, keyOf, waitsFor) }
}

/** What merely waits for a circle lies on none: nothing of the rest waits for it. */
function withoutTails<T>(
  rest: readonly T[],
  keyOf: (item: T) => string,
  waitsFor: (item: T) => ReadonlySet<string>,
): readonly T[] {
  const needed = new Set(rest.flatMap(item => [...waitsFor(item)]))
  const circular = rest.filter(item => needed.has(keyOf(item)))
  return circular.length === rest.length ? circular : withoutTails(circular, keyOf, waitsFor)
}
