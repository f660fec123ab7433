/** What each act cost in Dynatrace calls, as the account itself counted them. */
import { plural } from '../output/closing-text.ts'
import { painter, type TextOptions } from '../output/paint.ts'
import { table } from '../output/table.ts'
import type { CallCounts, SimulatedAccount } from './simulated-account.ts'

export interface Cost {
  readonly reads: number
  readonly writes: number
}

interface Entry extends Cost {
  readonly what: string
}

export interface CostBook {
  /** Books every call since the last entry under this name. */
  book(what: string): Promise<Cost>
  table(options: TextOptions): string
}

export async function costBook(account: SimulatedAccount): Promise<CostBook> {
  const entries: Entry[] = []
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
    table(options) {
      const paint = painter(options)
      const sum = (of: (cost: Cost) => number) => entries.reduce((total, each) => total + of(each), 0)
      const number = (value: number | string) => String(value).padStart(6)
      const row = ({ what, reads, writes }: Entry) => [what, number(reads), number(writes)]
      return table([
        ['', number('READS'), number('WRITES')].map(cell => paint('dim', cell)),
        ...entries.map(row),
        row({ what: 'together', reads: sum(of => of.reads), writes: sum(of => of.writes) }).map(cell =>
          paint('bold', cell),
        ),
      ])
    },
  }
}

export const costText = ({ reads, writes }: Cost): string =>
  `${plural(reads, 'read')}, ${plural(writes, 'write')}`
