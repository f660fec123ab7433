/** What something else sets otherwise again and again waits before it is repaired once more. */
import type { GuardFacts } from './facts.ts'
import { type Draft, type Held, hold } from './verdict.ts'

export const heldForContest = (steps: readonly Draft[], { driftOf }: GuardFacts): Held =>
  steps.flatMap(({ id }) => {
    const contest = driftOf(id)?.contest
    if (contest?.restsUntil === undefined) return []
    const reason = `Repaired ${contest.repairs} times, last at ${contest.lastRepairAt}, and it is back: the bridge waits until ${contest.restsUntil} before it repairs it again. Find out who sets it otherwise, or approve to have it repaired now.`
    return [[id, hold('contested', reason)] as const]
  })
