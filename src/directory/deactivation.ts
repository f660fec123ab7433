/**
 * When users are deactivated and come back. A deactivation right behind a reactivation is likely to be an older
 * request that was overtaken (Okta and Entra send in parallel and repeat what failed): it is stored, and doubted
 * until the IdP says it again.
 */
import type { UserRow } from '../store/tables.ts'

export type Activity = Pick<UserRow, 'active' | 'inactiveSince' | 'reactivatedAt' | 'doubtedSince'>

export interface Activation {
  readonly activity: Activity
  readonly verdict: 'plain' | 'doubted' | 'confirmed'
}

/** What is so when a request leaves the user `active` or not; `said` tells whether it spoke of that at all. */
export function activityAfter(
  before: Activity,
  active: 0 | 1,
  request: { readonly at: string; readonly said: boolean; readonly staleMs: number },
): Activation {
  const { at, said, staleMs } = request
  if (active === 1) {
    const reactivatedAt = before.active === 1 ? before.reactivatedAt : at
    return { activity: { active, inactiveSince: null, reactivatedAt, doubtedSince: null }, verdict: 'plain' }
  }
  const { reactivatedAt } = before
  if (before.active === 1) {
    const isStale = reactivatedAt !== null && elapsedMs(reactivatedAt, at) < staleMs
    const doubtedSince = isStale ? at : null
    return {
      activity: { active, inactiveSince: at, reactivatedAt, doubtedSince },
      verdict: isStale ? 'doubted' : 'plain',
    }
  }
  const inactiveSince = before.inactiveSince ?? at
  const { doubtedSince } = before
  if (said && doubtedSince !== null && elapsedMs(doubtedSince, at) >= staleMs) {
    return { activity: { active, inactiveSince, reactivatedAt, doubtedSince: null }, verdict: 'confirmed' }
  }
  return { activity: { active, inactiveSince, reactivatedAt, doubtedSince }, verdict: 'plain' }
}

const elapsedMs = (from: string, to: string): number => Date.parse(to) - Date.parse(from)
