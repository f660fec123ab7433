/** What goes into the journal. `journal.ts` chains it; nothing here may hold a secret. */
export interface JournalEntry {
  /** `scim.user.created`, `run.started`, `step.applied`, `call`, `decision`, … */
  readonly kind: string
  readonly runId?: string
  readonly requestId?: string
  /** Who: `scim`, `admin`, `schedule`, `bridge`. */
  readonly actor: string
  readonly data: Readonly<Record<string, unknown>>
}
