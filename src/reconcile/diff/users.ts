/** Who is to be invited to the account, and who is to be taken out of it. */
import type { Work } from '../../lib/turns.ts'
import { successorOf } from '../renames.ts'
import type { StepAction } from '../step.ts'
import { type DiffInput, KEYS_A_STEP } from './input.ts'
import { isSuccessorKnown } from './members.ts'

/** The old user of a rename is taken out only where it is known that the successor gets everything. */
export function* userActions(input: DiffInput): Work<readonly StepAction[]> {
  const { desired, observed, blind, leaving, renames } = input
  const actions: StepAction[] = []
  let looked = 0
  for (const { emailKey, email } of desired.users.values()) {
    looked += 1
    if (looked % KEYS_A_STEP === 0) yield
    if (observed.users.has(emailKey) || blind.users.has(emailKey)) continue
    actions.push({ kind: 'invite-user', emailKey, email })
  }
  for (const [emailKey, email] of leaving) {
    if (!observed.users.has(emailKey) || desired.users.has(emailKey)) continue
    const there = observed.users.get(emailKey)?.email ?? email
    if (!renames.has(emailKey)) actions.push({ kind: 'remove-user', emailKey, email: there })
    else if (mayReplaceUser(emailKey, input)) {
      actions.push({ kind: 'remove-user', emailKey, email: there, ...successorOf(emailKey, renames) })
    }
  }
  return actions
}

/** Where no rule says who belongs in a group, the successor does not get in, and the old user keeps it. */
function mayReplaceUser(emailKey: string, input: DiffInput): boolean {
  const { renames, desired, observed, blind, unruled } = input
  const next = renames.get(emailKey)?.to.emailKey
  if (next === undefined || !desired.users.has(next) || !isSuccessorKnown(emailKey, input)) return false
  if (blind.users.has(emailKey)) return false
  return ![...unruled].some(group => blind.members.has(group) || observed.members.get(group)?.has(emailKey))
}
