/** A fault: the ways in which a call can fail, and which calls are meant. */

export const faultKinds = [
  /** Answers `status` (500 unless given) and does nothing. */
  'status',
  /** Answers an HTML page, with `status` (200 unless given), and does nothing. */
  'html',
  /** Does it, then sends half of the body. */
  'truncate',
  /** Closes the connection before anything is done. */
  'cut',
  /** Does it, then closes the connection instead of answering. */
  'cut-after-write',
  /** Does it after `delayMs` (2,000 unless given). */
  'slow',
  /** Does it, but the list in the answer lacks its second half. */
  'short-list',
  /** Does it, but a page that others follow lacks its second half. Lists that fit one page come whole. */
  'short-page',
  /** Does it, but the last item of each list in the answer comes twice; counts beside it stay. */
  'duplicate-items',
  /** Answers a read from what was true `lagMs` (2,000 unless given) ago; what changed before the fault was ordered counts. */
  'lagging-read',
  /** Answers 429 with `Retry-After` of `retryAfter` seconds (1 unless given) and does nothing. */
  'rate-limit',
  /** Answers 429 without saying when to come back and does nothing. */
  'rate-limit-bare',
  /** Answers 401 as for an expired token, however young it is, and does nothing. */
  'expired-token',
  /** Gives a token that says it lives for 300 seconds, and is refused after `uses` (1 unless given) calls. Token endpoint only. */
  'short-lived-token',
] as const

export type FaultKind = (typeof faultKinds)[number]

export interface Fault {
  readonly id: string
  readonly match: { readonly method?: string | undefined; readonly path?: string | undefined }
  readonly fault: FaultKind
  readonly status?: number | undefined
  readonly retryAfter?: number | undefined
  readonly delayMs?: number | undefined
  readonly lagMs?: number | undefined
  readonly uses?: number | undefined
  /** How many more calls it hits. */
  readonly times: number
}

/** Milliseconds by which a lagging read lags unless it is said. */
export const usualLagMs = 2_000

/** Whether a call is meant. Without a path every API call is; the token endpoint has to be named. */
export function fits(match: Fault['match'], method: string, url: string): boolean {
  if (match.method !== undefined && match.method.toUpperCase() !== method) return false
  if (match.path === undefined) return !url.startsWith('/sso/')
  return url.startsWith(match.path) || new RegExp(match.path).test(url)
}
