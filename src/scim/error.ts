/** SCIM errors and their body (RFC 7644 §3.12). */
import { BridgeError } from '../lib/errors.ts'

/** The detail words of RFC 7644 table 9 and RFC 9865. `uniqueness` goes with 409, all others with 400. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount'

/** Refusals that concern the operators of the bridge too, not only those of the identity provider. */
export type RefusalKind = 'unrecognised-membership-change' | 'undeclared-domain'

export interface Refusal {
  readonly kind: RefusalKind
  /** A group id or a domain. Undefined when only the address of the request tells it. */
  readonly subject: string | undefined
}

export interface ScimErrorOptions extends ErrorOptions {
  /** Given when operators are to see a finding. */
  readonly refusal?: Refusal
}

/** Options of a `ScimError` that is to be raised as a finding about `subject`. */
export const refusal = (kind: RefusalKind, subject?: string): ScimErrorOptions => ({
  refusal: { kind, subject },
})

/** A refusal that the identity provider is told about: `detail` is shown to its administrators. */
export class ScimError extends BridgeError {
  override readonly name: string = 'ScimError'
  readonly status: number
  readonly scimType: ScimType | undefined
  readonly refusal: Refusal | undefined

  constructor(status: number, scimType: ScimType | undefined, detail: string, options?: ScimErrorOptions) {
    super(scimType ?? `scim-${status}`, detail, options)
    this.status = status
    this.scimType = scimType
    this.refusal = options?.refusal
  }
}

export interface ScimErrorBody {
  readonly schemas: readonly string[]
  /** The HTTP status as text, as the RFC wants it. */
  readonly status: string
  readonly scimType?: ScimType
  readonly detail: string
}

const errorSchema = 'urn:ietf:params:scim:api:messages:2.0:Error'

export function toScimErrorBody(error: {
  readonly status: number
  readonly scimType?: ScimType | undefined
  readonly message: string
}): ScimErrorBody {
  return {
    schemas: [errorSchema],
    status: String(error.status),
    ...(error.scimType === undefined ? {} : { scimType: error.scimType }),
    detail: error.message,
  }
}
