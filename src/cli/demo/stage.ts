/** What every act of the demo works with. */
import type { Clock } from '../../lib/clock.ts'
import type { Client } from '../client.ts'
import type { Connection } from '../connection.ts'
import type { TextOptions } from '../output/paint.ts'
import type { CostBook } from './cost-book.ts'
import type { Narrator } from './narrator.ts'
import type { SimulatedAccount } from './simulated-account.ts'

export interface Stage {
  readonly narrator: Narrator
  /** The bridge as its operators use it. */
  readonly bridge: Client
  /** The bridge as identity providers use it. */
  readonly scim: Connection
  readonly account: SimulatedAccount
  readonly costs: CostBook
  readonly clock: Clock
  readonly text: TextOptions
}
