import { BridgeError } from '../lib/errors.ts'

/** What ends a command: one line for the person at the terminal, and exit code 1. */
export class CliError extends BridgeError {
  override readonly name = 'CliError'
}
