import { BridgeError } from '../../lib/errors.ts'

/** A request of an operator that cannot be fulfilled as it stands, by itself (4xx) or because the account does not answer (502). Its message goes to the caller. */
export class OperationsError extends BridgeError {
  override readonly name = 'OperationsError'
  readonly status: 400 | 401 | 404 | 409 | 502

  constructor(status: 400 | 401 | 404 | 409 | 502, code: string, message: string) {
    super(code, message)
    this.status = status
  }
}
