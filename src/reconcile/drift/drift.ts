/** What a difference between desired and observed is to the people who read it. `know-drift.ts` finds it out. */

export const driftClasses = [
  /** The rules give it, and the account does not have it. */
  'missing',
  /** The account has it, and no rule gives it. */
  'extra',
  /** It is there, and says something else. */
  'changed',
  /** The thing is there under another name. */
  'renamed',
  /** A thing of ours is gone: what is made in its place has another id. */
  'recreated',
  /** Ours, and no rule wants it any more. */
  'orphaned',
  /** We repaired it before, and it is back. */
  'contested',
] as const

export type DriftClass = (typeof driftClasses)[number]

/** Which side moved. */
export type DriftCause =
  /** The identity provider: somebody joined, moved, left, was renamed. */
  | 'directory'
  /** `bridge.yaml`, or a date in it that has come. */
  | 'configuration'
  /** Somebody, or something, other than this bridge changed the account. */
  | 'by-hand'
  | 'unknown'

/** By the access that the drift opens or closes, as long as it stands; worst first. */
export const driftSeverities = ['critical', 'high', 'medium', 'low'] as const

export type DriftSeverity = (typeof driftSeverities)[number]

/** Who brought the drift about. */
export type DriftActor =
  | {
      readonly kind: 'person' | 'automation'
      /** As the audit log has it: e-mail of a person, subject of a client. */
      readonly name: string
      /** ISO 8601. */
      readonly at: string
      /** Id of the OAuth client; undefined for the console. */
      readonly client?: string | undefined
      /** Id of the audit event, for those who look it up. */
      readonly event: string
    }
  /** Another process with our own OAuth client: nothing that this bridge has a record of. */
  | { readonly kind: 'own-client'; readonly at: string; readonly event: string }
  /** Nobody did it by hand: the cause is the directory or the configuration. */
  | { readonly kind: 'none' }
  /** The audit log lags behind; the next pass looks again. */
  | { readonly kind: 'not-yet-known' }
  /** Nobody knows; `why` is a sentence. */
  | { readonly kind: 'unknown'; readonly why: string }

export interface Drift {
  readonly class: DriftClass
  /** Of the thing, not of the difference: the same thing drifting another way has the same key. */
  readonly key: string
  /** One sentence for people. */
  readonly meaning: string
  /** Names of the rules it comes from; none for what no rule wants. */
  readonly rules: readonly string[]
  /** displayNames of the IdP groups behind it. */
  readonly idpGroups: readonly string[]
  /** ISO 8601: when it was first seen and has stood since. */
  readonly since: string
  /** What the drift does to access while it stands. */
  readonly effect: 'opens' | 'closes' | 'neither'
  readonly severity: DriftSeverity
  readonly cause: DriftCause
  readonly actor: DriftActor
  /** Of contested drift: how often it was repaired before, when last, and before when it is not repaired again. */
  readonly contest?:
    | { readonly repairs: number; readonly lastRepairAt: string; readonly restsUntil?: string | undefined }
    | undefined
}
