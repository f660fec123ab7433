/** Who is to join and who is to leave which group. */
import type { Work } from '../../lib/turns.ts'
import { successorOf } from '../renames.ts'
import type { GroupRef } from '../state.ts'
import type { StepAction } from '../step.ts'
import { type DiffInput, KEYS_A_STEP } from './input.ts'

/**
 * Of groups no rule says anything about, only those leave whom the IdP has deactivated or deleted; of an adopted group
 * that is handed back, whoever was not there before.
 */
export function* memberActions(input: DiffInput): Work<readonly StepAction[]> {
  const actions: StepAction[] = []
  let looked = 0
  const { desired, observed, blind, considers } = input
  const judged = (group: GroupRef, emailKey: string) =>
    considers(group, emailKey) && !blind.users.has(emailKey)
  const emailOf = (emailKey: string) =>
    observed.users.get(emailKey)?.email ?? desired.users.get(emailKey)?.email ?? emailKey
  for (const [group, wanted] of desired.members) {
    if (blind.members.has(group)) continue
    const found = observed.members.get(group) ?? new Set<string>()
    // What was observed just as it is wanted is the same set.
    if (found === wanted) continue
    for (const emailKey of wanted) {
      looked += 1
      if (looked % KEYS_A_STEP === 0) yield
      if (!found.has(emailKey) && judged(group, emailKey)) {
        actions.push({ kind: 'add-member', group, emailKey, email: emailOf(emailKey) })
      }
    }
    for (const emailKey of found) {
      looked += 1
      if (looked % KEYS_A_STEP === 0) yield
      if (wanted.has(emailKey) || !judged(group, emailKey) || !isSuccessorKnown(emailKey, input)) continue
      if (input.kept.keeps('member', group, emailKey) && !input.isGone(emailKey)) continue
      const successor = successorOf(emailKey, input.renames)
      actions.push({ kind: 'remove-member', group, emailKey, email: emailOf(emailKey), ...successor })
    }
  }
  for (const group of input.unruled) {
    if (blind.members.has(group)) continue
    yield
    for (const emailKey of observed.members.get(group) ?? []) {
      const isBack = input.handedBack.has(group) && !input.kept.wasThere('member', group, emailKey)
      if (!(isBack || input.isGone(emailKey)) || !judged(group, emailKey)) continue
      actions.push({ kind: 'remove-member', group, emailKey, email: emailOf(emailKey) })
    }
  }
  return actions
}

/** Whether it was read what the successor has; who has none is known. */
export function isSuccessorKnown(emailKey: string, { renames, desired, blind }: DiffInput): boolean {
  const next = renames.get(emailKey)?.to.emailKey
  if (next === undefined) return true
  if (blind.users.has(next)) return false
  return ![...blind.members].some(group => desired.members.get(group)?.has(next) === true)
}
