/** What each act cost in Dynatrace calls, as the account itself counted them. */
import { plural } from '../output/closing-text.ts'
import { table } from '../output/table.ts'
import type { CallCounts, SimulatedAccount } from './simulated-account.ts'

export interface Cost {
  readonly reads: number
  readonly writes: number
}

export interface CostBook {
  /** Books every call since the last entry under this name. */
  book(what: string): Promise<Cost>
  table(): string
}

export async function costBook(account: SimulatedAccount): Promise<CostBook> {
  const entries: (Cost & { readonly what: string })[] = []
  let last: CallCounts = await account.calls()
  return {
    async book(what) {
      const now = await account.calls()
      const writes = now.writes - last.writes
      const cost = { writes, reads: now.total - last.total - writes }
      last = now
      entries.push({ what, ...cost })
      return cost
    },
    table() {
      const sum = (of: (cost: Cost) => number) => entries.reduce((total, each) => total + of(each), 0)
      const rows = [
        ...entries,
        { what: 'together', reads: sum(of => of.reads), writes: sum(of => of.writes) },
      ]
      const number = (value: number | string) => String(value).padStart(6)
      return table([
        ['', number('READS'), number('WRITES')],
        ...rows.map(({ what, reads, writes }) => [what, number(reads), number(writes)]),
      ])
    },
  }
}

export const costText = ({ reads, writes }: Cost): string =>
  `${plural(reads, 'read')}, ${plural(writes, 'write')}`
