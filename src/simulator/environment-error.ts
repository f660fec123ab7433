/** How the APIs of an environment refuse a call: version 2 names violated constraints, platform APIs give details. */
import { Rejection } from './rejection.ts'

export type ParameterLocation = 'PATH' | 'QUERY' | 'PAYLOAD_BODY' | 'HEADER'

/** 400 of environment API v2: one parameter does not fit. */
export class ConstraintViolation extends Rejection {
  readonly path: string
  readonly parameterLocation: ParameterLocation
  readonly violation: string

  constructor(parameterLocation: ParameterLocation, path: string, violation: string) {
    super(400, 'Constraints violated.')
    this.path = path
    this.parameterLocation = parameterLocation
    this.violation = violation
  }
}

/** Whether a path is one of an environment's own APIs rather than the account's. */
export const isEnvironmentPath = (path: string): boolean => path.startsWith('/e/')

/** Whether a path is one of environment API v2, also when it is reached through the platform gateway. */
const isClassic = (path: string): boolean => /^\/e\/[^/]+\/(api|platform\/classic)\//.test(path)

/** The body of an error on a path of an environment. */
export function environmentEnvelope(
  path: string,
  status: number,
  message: string,
  error?: Rejection,
): unknown {
  if (!isClassic(path)) return { error: { code: status, message, details: {} } }
  if (!(error instanceof ConstraintViolation)) return { error: { code: status, message } }
  const { parameterLocation, violation } = error
  const constraintViolations = [{ path: error.path, message: violation, parameterLocation, location: null }]
  return { error: { code: status, message, constraintViolations } }
}
