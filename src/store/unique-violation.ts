/** A row that would have taken a key which another row has, on either engine. */
import { BridgeError } from '../lib/errors.ts'

export class UniqueViolation extends BridgeError {
  override readonly name = 'UniqueViolation'
  /** The table, as the database spells it. */
  readonly table: string

  constructor(table: string, options?: ErrorOptions) {
    super('unique-violation', `Another row of ${table} has this key already.`, options)
    this.table = table
  }
}
