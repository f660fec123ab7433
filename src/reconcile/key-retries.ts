/** Keys of the change feed whose pass did not come right: each is tried again, at growing intervals. */
import type { ChangedKey, PendingKey } from '../directory/snapshot.ts'
import { backoff } from '../lib/backoff.ts'
import type { Clock } from '../lib/clock.ts'
import type { Run } from './run.ts'

const RETRY = { base: 2_000, cap: 300_000 }

export interface KeyRetries {
  /** Whether it is the turn of this key. */
  isReady(key: PendingKey): boolean
  /** Takes down what came of a pass over these keys. */
  passed(keys: { readonly open: readonly ChangedKey[]; readonly settled: readonly ChangedKey[] }): void
  clear(): void
}

/** Kept in memory: the full pass at the start looks at every key. */
export function keyRetries(clock: Clock): KeyRetries {
  const retries = new Map<string, { readonly attempt: number; readonly at: number; readonly seq: number }>()
  const now = () => clock.now().getTime()
  return {
    isReady(key) {
      const retry = retries.get(nameOf(key))
      // A newer change does not wait for the failure of an older one.
      return retry === undefined || retry.at <= now() || key.seq > retry.seq
    },
    passed({ open, settled }) {
      for (const key of settled) retries.delete(nameOf(key))
      for (const key of open) {
        const attempt = (retries.get(nameOf(key))?.attempt ?? 0) + 1
        const at = now() + backoff(attempt, RETRY.base, RETRY.cap)
        retries.set(nameOf(key), { attempt, at, seq: key.seq })
      }
    },
    clear: () => retries.clear(),
  }
}

/** As a run names it in its scope, e.g. `user ana@acme.example`. */
export const nameOf = ({ kind, key }: PendingKey): string => `${kind} ${key}`

/** Whether some step of this key was tried and did not come right, or could not be judged. */
export function isOpen(key: ChangedKey, run: Run): boolean {
  if (run.problems.length > 0) return true
  return run.plan.steps.some(({ id, action, verdict }) => {
    if (verdict.kind !== 'proceed' || run.mode === 'plan' || run.results[id]?.kind === 'applied') return false
    return !('emailKey' in action) || key.kind === 'group' || action.emailKey === key.key
  })
}
