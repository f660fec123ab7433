/** What was found out about one thing of the account, in words for people and a name for programs. */

export type Verdict =
  | 'ok'
  /** It works, and something does not work or will not for long. */
  | 'warning'
  /** The bridge cannot do its work, or not all of it. */
  | 'error'
  /** Nothing is known, mostly because something else is in the way. */
  | 'unseen'

export interface Check {
  /** Stable, e.g. `scope.account-idm-read`. */
  readonly id: string
  readonly verdict: Verdict
  /** One sentence, or a few words: what is so. */
  readonly says: string
  /** What to do about it; undefined where nothing is to be done. */
  readonly remedy?: string | undefined
  /** Of what was not seen: why, to be read after "Not seen:". */
  readonly because?: string | undefined
}

export interface Section {
  readonly title: string
  readonly checks: readonly Check[]
}

export const ok = (id: string, says: string): Check => ({ id, verdict: 'ok', says })

export const warning = (id: string, says: string, remedy?: string): Check => ({
  id,
  verdict: 'warning',
  says,
  remedy,
})

export const fault = (id: string, says: string, remedy?: string): Check => ({
  id,
  verdict: 'error',
  says,
  remedy,
})

/** `says` names the thing in few words. */
export const unseen = (id: string, says: string, because: string): Check => ({
  id,
  verdict: 'unseen',
  says,
  because,
})
