/** Ids of seeded things: the same in every run, and valid UUIDs. */

/** For example `fixedId('9', 3)`; the first argument, one hexadecimal digit, tells the kind of thing. */
export const fixedId = (kind: string, number: number): string =>
  `${kind.repeat(8)}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`
