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
