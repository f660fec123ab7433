/** When two texts of a policy or boundary say the same. */
import type { StateBoundary, StatePolicy } from './state.ts'

/** As it counts: line endings and white space at the ends are no difference, anything else is. */
export const plainText = (text: string): string => text.replace(/\r\n?/g, '\n').trim()

export const samePolicy = (one: StatePolicy, other: StatePolicy): boolean =>
  one.name === other.name &&
  plainText(one.description) === plainText(other.description) &&
  plainText(one.statement) === plainText(other.statement)

export const sameBoundary = (one: StateBoundary, other: StateBoundary): boolean =>
  one.name === other.name && plainText(one.query) === plainText(other.query)
