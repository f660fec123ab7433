/** How guards say their word: a refusal, or steps that are held. */
import type { Step, Verdict } from '../step.ts'

/** A step nobody has judged yet. */
export type Draft = Omit<Step, 'verdict'>

/** Verdicts by the ids of their steps. */
export type Held = readonly (readonly [string, Verdict])[]

/** `guard` names the setting or the circumstance; `reason` is for the person who decides. */
export const hold = (guard: string, reason: string): Verdict => ({ kind: 'hold', guard, reason })

/** As `hold`, for what nobody may approve. */
export const refuse = (guard: string, reason: string): Verdict => ({ kind: 'refuse', guard, reason })

/** The same verdict on what depends on a step that has it; `what` names that step's work, which tells the rest itself. */
export function because(verdict: Verdict, what: string): Verdict {
  if (verdict.kind === 'proceed') return verdict
  const state = verdict.kind === 'hold' ? 'waits for a person' : 'is refused'
  return { ...verdict, reason: `${what}, which ${state} (${verdict.guard}).` }
}
