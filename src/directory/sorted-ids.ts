/** The smallest of many positions in an order, kept while they stream by: never more than twice the page. */
import { compareInOrder, type Position, type Sort } from '../scim/sort.ts'

export interface SortedIds {
  add(position: Position): void
  /** The first `limit` of what was added, in order. */
  first(): readonly Position[]
}

const SPARE = 1000

export function sortedIds(sort: Sort, limit: number): SortedIds {
  let kept: Position[] = []
  const trim = () => {
    kept = kept.sort((left, right) => compareInOrder(left, right, sort)).slice(0, limit)
  }
  return {
    add(position) {
      kept.push(position)
      if (kept.length > 2 * limit + SPARE) trim()
    },
    first() {
      trim()
      return kept
    },
  }
}
