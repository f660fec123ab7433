import { BridgeError } from '../lib/errors.ts'

export type UpstreamFailure =
  /** Credentials refused: 401, or the token endpoint said no. */
  | 'unauthorized'
  /** A scope or permission is missing, or the environment is inactive: 403. */
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  /** Dynatrace understood and refused: other 4xx. Repeating the call cannot help. */
  | 'rejected'
  /** 429 that outlasted the retries. */
  | 'rate-limited'
  /** No connection, a timeout, 5xx: nobody knows whether a write took effect. */
  | 'unavailable'
  /** An answer that is not what the API promises: HTML, truncated JSON, a short list. */
  | 'malformed'

/** A call to Dynatrace that did not end well. The message carries Dynatrace's own words where there are any. */
export class UpstreamError extends BridgeError {
  override readonly name = 'UpstreamError'
  readonly failure: UpstreamFailure
  readonly operation: string
  readonly status: number | undefined
  /** False when the call certainly never reached Dynatrace, so that a write cannot have taken effect. */
  readonly sent: boolean

  constructor(
    failure: UpstreamFailure,
    operation: string,
    message: string,
    options: {
      readonly status?: number | undefined
      readonly cause?: unknown
      readonly sent?: boolean
    } = {},
  ) {
    super(`dynatrace-${failure}`, message, { cause: options.cause })
    this.failure = failure
    this.operation = operation
    this.status = options.status
    this.sent = options.sent ?? true
  }

  /** Whether the same call may well succeed later without anybody doing anything. */
  get retryable(): boolean {
    return this.failure === 'rate-limited' || this.failure === 'unavailable' || this.failure === 'malformed'
  }
}
