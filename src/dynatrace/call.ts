/** What a resource asks of the connection: one call, before it is known how it is sent. */
import type { Grant } from './scopes.ts'
import type { Method } from './transport.ts'

export interface Call {
  /** Our name for it, e.g. `users.invite`. */
  readonly operation: string
  readonly method: Method
  /** Encoded path, see `path.ts`. */
  readonly path: string
  readonly query?: readonly (readonly [name: string, value: string])[]
  /** Sent as JSON. */
  readonly body?: unknown
  /** Which scopes it needs; by default those of the account. */
  readonly grant?: Grant
  /** Id of the environment at whose own address it is made; by default it goes to the account API. */
  readonly environment?: string
}
