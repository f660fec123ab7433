/** What the simulated account answers when it refuses a call. The envelope around it is chosen in `errors.ts`. */
import { BridgeError } from '../lib/errors.ts'

export class Rejection extends BridgeError {
  override readonly name = 'Rejection'
  readonly status: number
  /** The policy service names the broken rule beside the message; empty elsewhere. */
  readonly errorsMap: Readonly<Record<string, string>> | undefined

  constructor(status: number, message: string, errorsMap?: Readonly<Record<string, string>>) {
    super(`simulator-${status}`, message)
    this.status = status
    this.errorsMap = errorsMap
  }
}

/** 400: bad input, and by the vendor's habit also "no such binding" and "still in use". */
export const badRequest = (message: string, errorsMap?: Readonly<Record<string, string>>): Rejection =>
  new Rejection(400, message, errorsMap)

/** 403: the caller's scopes or its subject user's permissions do not allow the call. */
export const forbidden = (message = 'User not authorized'): Rejection => new Rejection(403, message)

/** 404: unknown user, group, policy or boundary. */
export const notFound = (message: string): Rejection => new Rejection(404, message)

/** 409: a name that must be unique is taken. */
export const conflict = (message: string): Rejection => new Rejection(409, message)

/** Refusal of a token request, always a 400, with the code that RFC 6749 §5.2 has for it. */
export class SsoRejection extends Rejection {
  readonly error: 'invalid_request' | 'invalid_client' | 'invalid_scope' | 'unsupported_grant_type'

  constructor(error: SsoRejection['error'], description: string) {
    super(400, description)
    this.error = error
  }
}
