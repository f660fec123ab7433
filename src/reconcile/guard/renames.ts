/** What the old user of a rename keeps until a person has looked, or the new one has everything. */
import type { Verdict } from '../step.ts'
import type { GuardFacts } from './facts.ts'
import { type Draft, type Held, hold } from './verdict.ts'

/** With the old user go memberships that we neither gave nor may give to the new one. */
export function heldForOtherGroups(steps: readonly Draft[], facts: GuardFacts): Held {
  return steps.flatMap(({ id, action }) => {
    if (action.kind !== 'remove-user' || action.successor === undefined) return []
    const names = facts.otherGroupsOf(action.emailKey)
    if (names.length === 0) return []
    const reason = `${action.email} is still in groups that the bridge does not manage (${names.map(name => `"${name}"`).join(', ')}), which would be lost. Put ${action.successor} into them in Dynatrace and take ${action.email} out, or approve.`
    return [[id, hold('rename', reason)] as const]
  })
}

/**
 * The old user of a rename keeps everything while something that the new one is to have may not be given. For a rule that
 * only observes nobody keeps anything elsewhere; but who is in one of its groups under the old address stays in the account.
 */
export function heldForSuccessor(
  steps: readonly Draft[],
  verdicts: ReadonlyMap<string, Verdict>,
  approved: ReadonlySet<string>,
): Held {
  const blocked = new Map<string, string>()
  /** By group and person. */
  const unseen = new Map<string, string>()
  for (const { id, action } of steps) {
    if (action.kind !== 'invite-user' && action.kind !== 'add-member') continue
    const verdict = verdicts.get(id)
    if (verdict === undefined || verdict.kind === 'proceed') continue
    if (action.kind === 'add-member' && verdict.guard === 'mode')
      unseen.set(`${action.group} ${action.emailKey}`, verdict.reason)
    else blocked.set(action.emailKey, verdict.reason)
  }
  const alone = new Map<string, string>()
  for (const { id, action } of steps) {
    if (action.kind !== 'remove-member' || verdicts.get(id)?.kind === 'proceed') continue
    const why = unseen.get(`${action.group} ${action.successor}`)
    if (why !== undefined) alone.set(action.emailKey, why)
  }
  return steps.flatMap(({ id, action }) => {
    if (action.kind !== 'remove-member' && action.kind !== 'remove-user') return []
    if (action.successor === undefined || approved.has(id) || verdicts.get(id)?.kind !== 'proceed') return []
    const left = action.kind === 'remove-user' ? alone.get(action.emailKey) : undefined
    const why = blocked.get(action.successor) ?? left
    if (why === undefined) return []
    const reason = `${action.successor} replaces ${action.email}, and does not get everything yet: ${why}`
    return [[id, hold('rename', reason)] as const]
  })
}
