/**
 * Whether a run says anything that is not on record already: passes come every few minutes, for years.
 *
 * | run                             | known when the newest on record of its kind                     |
 * |---------------------------------|-----------------------------------------------------------------|
 * | in step, full                   | is in step as well, or there is none: an end of trouble is news |
 * | in step, of keys                | always                                                          |
 * | held, partial, failed, planned  | ended likewise: same plan, same problems, whenever they were    |
 */
import type { Run } from './run.ts'
import type { RunStore } from './run-store.ts'

export async function isKnown(run: Run, runs: Pick<RunStore, 'newest'>): Promise<boolean> {
  const isQuiet = run.status === 'in-step' && run.plan.steps.length === 0
  if (isQuiet && run.scope !== 'full') return true
  const newest = await runs.newest(run.scope === 'full' ? 'full' : 'keys')
  if (newest === undefined) return isQuiet
  if (isQuiet) return newest.status === 'in-step'
  return (
    newest.status === run.status &&
    newest.planHash === run.plan.hash &&
    String(newest.scope) === String(run.scope) &&
    timeless(newest.problems) === timeless(run.problems)
  )
}

/** Messages tell since when and until when; the same trouble a minute later is no other one. */
const timeless = (problems: readonly string[]): string =>
  problems
    .toSorted()
    .join('\n')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '')
