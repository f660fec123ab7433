/** When a policy or boundary of the account is as it should be. */
import { canonicalBoundary } from './canonical/boundary-text.ts'
import { plainText } from './canonical/plain-text.ts'
import { canonicalPolicy } from './canonical/policy-text.ts'
import type { StateBoundary, StatePolicy } from './state.ts'

export { plainText }

export const samePolicy = (one: StatePolicy, other: StatePolicy): boolean =>
  one.name === other.name &&
  plainText(one.description) === plainText(other.description) &&
  sameStatement(one.statement, other.statement)

export const sameBoundary = (one: StateBoundary, other: StateBoundary): boolean =>
  one.name === other.name && sameQuery(one.query, other.query)

/** Whether two texts of a policy say the same. Those written the same way need not be read. */
export const sameStatement = (one: string, other: string): boolean =>
  plainText(one) === plainText(other) || canonicalPolicy(one) === canonicalPolicy(other)

/** Whether two queries of a boundary say the same. */
export const sameQuery = (one: string, other: string): boolean =>
  plainText(one) === plainText(other) || canonicalBoundary(one) === canonicalBoundary(other)
