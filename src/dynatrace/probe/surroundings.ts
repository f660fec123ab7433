/** Environments of the account, and whether its clock and ours agree. */
import { type Check, ok, unseen, warning } from './check.ts'
import type { Facts } from './facts.ts'
import { unread } from './sight.ts'

export async function checkEnvironments(facts: Facts): Promise<readonly Check[]> {
  try {
    return (await facts.environments()).map(({ id, name, active }) =>
      ok(`environment.${id}`, active ? `${name} (${id}), active` : `${name} (${id}), inactive: skipped`),
    )
  } catch (error) {
    return [unread('environments', 'environments', error)]
  }
}

const MOST_MS = 60_000

/** `aheadMs`: of the server; undefined when it does not tell the time. */
export function checkClock(aheadMs: number | undefined): Check {
  if (aheadMs === undefined) return unseen('clock', 'clock', 'the token service does not tell the time')
  const seconds = Math.round(Math.abs(aheadMs) / 1000)
  if (Math.abs(aheadMs) <= MOST_MS) {
    return ok('clock', seconds < 2 ? 'Clocks agree.' : `Clocks agree within ${seconds} s.`)
  }
  return warning(
    'clock',
    `The clock of this machine is ${seconds} s ${aheadMs > 0 ? 'behind' : 'ahead of'} that of Dynatrace.`,
    'Set it by NTP: tokens would be renewed too late or too early, and hand edits laid at the wrong door.',
  )
}
