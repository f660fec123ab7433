/** The person as Dynatrace has them: known, invited, let in. */
import { broken, type Link, ok, unknown } from './link.ts'
import type { ExplainFacts } from './question.ts'

/** What Dynatrace knows of the person; undefined when nobody asked. */
export function accountUserLink(facts: ExplainFacts): Link | undefined {
  const { account, person } = facts
  if (account === undefined) return undefined
  const name = person.emailKey ?? person.userName
  if (account.user.kind === 'unread') return unknown('account-user', name, account.user.why)
  const user = account.user.value
  if (user === undefined) {
    return broken(
      'account-user',
      name,
      'Dynatrace does not know the person yet.',
      passRemedy('invites them', facts),
    )
  }
  switch (user.status) {
    case 'ACTIVE':
      return ok('account-user', name)
    case 'PENDING': {
      const since = user.invitedAt === undefined ? '' : ` on ${user.invitedAt}`
      return broken(
        'account-user',
        name,
        `The person was invited${since} and has not accepted yet; the link in the invitation is good for 24 hours.`,
        'Ask the person to accept it; if the link has expired, send the invitation again from Account Management.',
      )
    }
    case 'BLOCKED':
      return broken(
        'account-user',
        name,
        'Dynatrace does not let the person sign in: the user is inactive or blocked there.',
        'Look at the user in Account Management of Dynatrace.',
      )
  }
}

/** What the next pass does, as far as the mode lets it. */
export function passRemedy(does: string, { whole }: Pick<ExplainFacts, 'whole'>): string {
  return whole.mode === 'observe'
    ? 'bridge.yaml has the mode observe, so that nothing is changed: set "mode" to upsert or sync.'
    : `The next pass ${does}: wait for it, or run "scim-bridge apply".`
}
