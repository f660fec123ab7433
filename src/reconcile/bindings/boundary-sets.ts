/** Boundaries of one binding as sets: more of them grant more, and none at all leaves the policy unrestricted. */

type Boundaries = readonly string[]

/** Whether `wide` grants whatever `narrow` does. */
export const covers = (wide: Boundaries, narrow: Boundaries): boolean =>
  wide.length === 0 || (narrow.length > 0 && narrow.every(id => wide.includes(id)))

/** What grants as much as both together; sorted. */
export const unite = (a: Boundaries, b: Boundaries): Boundaries =>
  a.length === 0 || b.length === 0 ? [] : [...new Set([...a, ...b])].sort()

/** The same boundaries, in any order. */
export const isEqual = (a: Boundaries, b: Boundaries): boolean =>
  a.length === b.length && a.every(id => b.includes(id))
