/**
 * Guards: the verdict on each step. Pure.
 *
 * A step may run (`proceed`), wait for a person (`hold`) or never run (`refuse`). A refusal is stronger
 * than a hold, and what a person approved is no longer held.
 */

import type { Verdict } from '../step.ts'
import { heldForContest } from './contested.ts'
import { heldByDay } from './daily.ts'
import { bindingsWithout, deletionsOfUsed, removalsWithout } from './definitions.ts'
import { heldByDirectoryShrink } from './directory-shrink.ts'
import type { GuardFacts } from './facts.ts'
import { heldByFreeze } from './freeze.ts'
import { refusedForLastAdministrator } from './last-administrator.ts'
import { heldByShrink, heldByThresholds } from './limits.ts'
import { stepsWithoutNewcomers } from './newcomers.ts'
import { redefinitionsWithoutOrder } from './redefinitions.ts'
import { isStanding, refusal } from './refusal.ts'
import { heldForOtherGroups, heldForSuccessor } from './renames.ts'
import { heldBySwitch } from './switches.ts'
import { refusedForLimits } from './usage.ts'
import { type Draft, type Held, hold } from './verdict.ts'
import { heldForWidening } from './widening.ts'

/** By step id; every step has a verdict. */
export function judge(steps: readonly Draft[], facts: GuardFacts): ReadonlyMap<string, Verdict> {
  // What is held for doubt is no removal yet; what a successor keeps, and what a mode refuses day by day, is none.
  const refusals = new Map(steps.map(step => [step.id, refusal(step.action, facts)]))
  const plain = steps.filter(
    ({ id, action }) =>
      facts.doubtOf(action) === undefined && !facts.isKept(action) && !isStanding(refusals.get(id)),
  )
  const held = allOf([
    heldBySwitch(steps, facts),
    heldByDay(plain, facts),
    heldByThresholds(plain, facts),
    heldByShrink(plain, facts),
    heldForWidening(steps, facts),
    heldByFreeze(steps, facts),
    heldByDirectoryShrink(plain, facts),
    heldForDoubt(steps, facts),
    heldForContest(steps, facts),
    heldForOtherGroups(steps, facts),
  ])
  const { approved, rejected } = facts.decisions
  const verdict = (step: Draft): Verdict => {
    const refused = refusals.get(step.id)
    if (refused !== undefined) return refused
    const no = rejected.get(step.id)
    if (no !== undefined) return hold('rejected', `Rejected by ${no}`)
    return (approved.has(step.id) ? undefined : held.get(step.id)) ?? { kind: 'proceed' }
  }
  const verdicts = new Map(steps.map(step => [step.id, verdict(step)]))
  const rule = (more: Held) => {
    for (const [id, said] of more) verdicts.set(id, said)
    return more
  }
  const lasting = steps.filter(({ id }) => verdicts.get(id)?.kind !== 'refuse')
  rule(refusedForLastAdministrator(lasting, facts.administrators, facts.policyName))
  const proceeding = () => steps.filter(({ id }) => verdicts.get(id)?.kind === 'proceed')
  rule(refusedForLimits(proceeding(), facts.limits, new Set(['users', 'groups'])))
  rule(stepsWithoutNewcomers(steps, verdicts))
  rule(heldForSuccessor(steps, verdicts, approved))
  rule(refusedForLimits(proceeding(), facts.limits, new Set(['policies', 'boundaries'])))
  const unbound = [
    ...rule(bindingsWithout(steps, verdicts)),
    ...rule(refusedForLimits(proceeding(), facts.limits, new Set(['bindings']))),
  ]
  rule(removalsWithout(steps, verdicts, unbound))
  rule(removalsWithout(steps, verdicts, rule(redefinitionsWithoutOrder(steps, verdicts, facts.uses))))
  rule(deletionsOfUsed(steps, verdicts, facts.uses))
  return verdicts
}

const heldForDoubt = (steps: readonly Draft[], facts: GuardFacts): Held =>
  steps.flatMap(({ id, action }) => {
    const doubt = facts.doubtOf(action)
    return doubt === undefined ? [] : [[id, hold('doubt', doubt)] as const]
  })

/** The last word on a step is told, with the names of all others that hold it, too. */
function allOf(words: readonly Held[]): ReadonlyMap<string, Verdict> {
  const all = new Map<string, Verdict>()
  for (const [id, verdict] of words.flat()) {
    const before = all.get(id)
    if (before?.kind !== 'hold' || verdict.kind !== 'hold') all.set(id, verdict)
    else
      all.set(id, {
        ...verdict,
        reason: `${verdict.reason} Also held by ${before.guard}${othersOf(before)}.`,
      })
  }
  return all
}

const othersOf = ({ reason }: { readonly reason: string }): string => {
  const [, others] = / Also held by (.*)\.$/.exec(reason) ?? []
  return others === undefined ? '' : `, ${others}`
}
