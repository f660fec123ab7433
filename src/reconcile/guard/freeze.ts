/** Times in which nothing is changed without a person; who leaves loses access all the same. */
import type { AccessModel, FreezeWindow } from '../../access/model.ts'
import { MINUTES_A_WEEK } from '../../access/weekly.ts'
import type { GuardFacts } from './facts.ts'
import { type Draft, type Held, hold } from './verdict.ts'

export function heldByFreeze(steps: readonly Draft[], { model, now, isFarewell }: GuardFacts): Held {
  const frozen = freezeAt(model, now)
  if (frozen === undefined) return []
  const reason = `Nothing is changed until ${frozen.until} (guards.freeze): ${frozen.reason}.`
  return steps.flatMap(({ id, action }) =>
    isFarewell(action) ? [] : [[id, hold('freeze', reason)] as const],
  )
}

/** The window in which `now` lies that ends last, with its end; undefined outside of all. */
export function freezeAt(
  { guards }: Pick<AccessModel, 'guards'>,
  now: Date,
): { readonly until: string; readonly reason: string } | undefined {
  const [last] = guards.freeze
    .flatMap(window => {
      const until = endOf(window, now)
      return until === undefined ? [] : [{ until, reason: window.reason.replace(/\.$/, '') }]
    })
    .sort((a, b) => (a.until < b.until ? 1 : -1))
  return last
}

function endOf(window: FreezeWindow, now: Date): string | undefined {
  if (window.kind === 'once') {
    const at = now.toISOString()
    return window.from <= at && at < window.until ? window.until : undefined
  }
  const minute = (((now.getUTCDay() + 6) % 7) * 24 + now.getUTCHours()) * 60 + now.getUTCMinutes()
  const length = (window.until - window.from + MINUTES_A_WEEK) % MINUTES_A_WEEK
  const passed = (minute - window.from + MINUTES_A_WEEK) % MINUTES_A_WEEK
  if (passed >= length) return undefined
  const start = Math.floor(now.getTime() / 60_000) * 60_000
  return new Date(start + (length - passed) * 60_000).toISOString()
}
