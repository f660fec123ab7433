/** The Dynatrace group: whether the rules make it, whether the account has it, and whether the person is in it. */
import { foldKey } from '../../lib/fold.ts'
import { passRemedy } from './account-user-link.ts'
import { isWithheld, namedIn } from './by-name.ts'
import type { HeldGroup } from './evidence.ts'
import { broken, type Link, ok, unknown } from './link.ts'
import type { ExplainFacts } from './question.ts'

const kind = 'dynatrace-group'

/** `isDue`: by directory and rules the person should be in it. */
export function groupLink(name: string, isDue: boolean, facts: ExplainFacts): Link {
  const withheld = withheldLink(name, facts)
  if (withheld !== undefined) return withheld
  const { account } = facts
  if (account === undefined) return ok(kind, name)
  if (account.groups.kind === 'unread') return unknown(kind, name, account.groups.why)
  const held = namedIn(account.groups.value, name)
  if (held !== undefined) return heldLink(held, isDue, facts)
  // The group of a way that is broken before it need not be there.
  if (!isDue) return ok(kind, name)
  return broken(kind, name, `The account has no group "${name}" yet.`, waitingOr(name, 'makes it', facts))
}

function withheldLink(name: string, { view }: ExplainFacts): Link | undefined {
  const key = foldKey(name)
  if (!isWithheld(name, view.desired)) return undefined
  const finding = view.desired.findings.find(
    ({ severity, subject }) => severity === 'error' && foldKey(subject) === `group ${key}`,
  )
  return broken(
    kind,
    name,
    finding?.message ?? `The rules contradict each other about group "${name}", so it is left as it is.`,
    finding?.remedy ?? 'Let the rules agree; "scim-bridge lint" names them.',
  )
}

function heldLink({ name, owner, isMember }: HeldGroup, isDue: boolean, facts: ExplainFacts): Link {
  if (owner === 'other') {
    return broken(
      kind,
      name,
      `The account has a group "${name}" that the bridge did not make and does not touch.`,
      'Rename that group in Dynatrace, or choose another name in bridge.yaml.',
    )
  }
  if (isMember || !isDue) return ok(kind, name)
  if (owner === 'idp') {
    return broken(
      kind,
      name,
      `"${name}" is a federated group: its members come from the identity provider, at their sign-in.`,
      'Ask the person to sign in to Dynatrace again; if that does not help, look at the group mapping of the federation.',
    )
  }
  return broken(
    kind,
    name,
    `The person is not in the Dynatrace group "${name}" yet.`,
    waitingOr(name, 'adds them', facts),
  )
}

/** The remedy for what a pass should have done: why the last one did not, or the next one. */
export function waitingOr(group: string, does: string, facts: ExplainFacts): string {
  const waiting = facts.account?.waiting.get(foldKey(group)) ?? []
  return waiting.length === 0 ? passRemedy(does, facts) : waiting.join(' ')
}
