/** Rules with which the bridge does not go as far as the mode of the file. Pure. */
import type { AccessModel, Mode } from '../access/model.ts'

/** The rule that is more cautious than the file, and how. */
export interface RuleMode {
  readonly rule: string
  readonly mode: Exclude<Mode, 'sync'>
}

const RANK: Readonly<Record<Mode, number>> = { observe: 0, upsert: 1, sync: 2 }

/** By the name of the rule. */
export function cautiousRules(model: Pick<AccessModel, 'mode' | 'rules'>): ReadonlyMap<string, RuleMode> {
  const cautious = new Map<string, RuleMode>()
  for (const { name: rule, mode } of model.rules) {
    if (mode === undefined || mode === 'sync' || RANK[mode] >= RANK[model.mode]) continue
    cautious.set(rule, { rule, mode })
  }
  return cautious
}

/** Negative where the first is more cautious than the second. */
export const byCaution = (a: RuleMode, b: RuleMode): number => RANK[a.mode] - RANK[b.mode]
