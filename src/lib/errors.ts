/**
 * The one base class of expected failures.
 *
 * `code` is stable and meant for programs, `message` is a sentence for people that names the thing
 * and the remedy. Nothing secret goes into either: both reach logs and answers.
 */
export class BridgeError extends Error {
  override readonly name: string = 'BridgeError'
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The text of whatever was thrown. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown)

/** Makes the compiler prove that a `switch` over a union is complete. */
export function unreachable(value: never): never {
  throw new TypeError(`Unexpected value: ${JSON.stringify(value)}`)
}
