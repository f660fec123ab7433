/**
 * Something a person should know that is not drift: a blank environment, a name that is taken, a
 * deactivated user who keeps access the bridge may not touch.
 */
export interface Finding {
  /** Stable kebab-case name of the kind of finding, e.g. `policy-not-found`. */
  readonly kind: string
  readonly severity: 'info' | 'warning' | 'error'
  /** What it is about: a user name, a group name, `rule <name>`, `environment <id>`. */
  readonly subject: string
  /** One sentence: what is so. */
  readonly message: string
  /** One sentence: what to do about it. */
  readonly remedy: string
  /** It was so at this ISO instant already; undefined when that is not known. */
  readonly since?: string | undefined
}
