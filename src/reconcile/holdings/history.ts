/** Questions about the past of the account. */
import type { Store } from '../../store/store.ts'
import { type Change, changesBetween } from './changes.ts'
import { type Held, type HistoryFilter, heldAt } from './held-at.ts'
import { holdingsSince } from './see-holdings.ts'

export interface History {
  /** From when on anything is known; undefined before the first full pass that could read everything. */
  knownSince(): Promise<string | undefined>
  heldAt(at: string, filter: HistoryFilter): AsyncIterable<readonly Held[]>
  changes(
    span: { readonly from: string; readonly to: string },
    filter: HistoryFilter,
  ): Promise<readonly Change[]>
}

export const history = (store: Store): History => ({
  knownSince: () => holdingsSince(store),
  heldAt: (at, filter) => heldAt(store.db, at, filter),
  changes: (span, filter) => changesBetween(store.db, span, filter),
})
