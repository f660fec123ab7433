/** How many rows of an order stand before a page and in it. */
import type { PageRequest } from './directory.ts'

/** With a cursor one more is read than is shown, to know whether another page follows. */
export const wanted = ({ behind, count }: PageRequest): number => (behind === undefined ? count : count + 1)

export const skipped = ({ behind, startIndex }: PageRequest): number =>
  behind === undefined ? startIndex - 1 : 0
