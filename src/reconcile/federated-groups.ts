/**
 * Groups of the account's own federation (Dynatrace: owner SAML or SCIM). Who is in them and what they are called is
 * the affair of the identity provider behind them; a rule that names one gives it rights, and nothing else.
 */
import type { DesiredGroup } from '../access/desired-group.ts'
import type { AccountGroup } from '../dynatrace/dynatrace.ts'
import type { Finding } from '../lib/finding.ts'
import type { OwnedRight } from './right-writes.ts'
import type { GroupRef, State, StateBinding } from './state.ts'

export interface FederatedGroup {
  /** Undefined when no rule names it any more: then it keeps nothing of ours. */
  readonly desired: DesiredGroup | undefined
  readonly group: AccountGroup
}

export const isFederated = ({ owner }: AccountGroup): boolean => owner === 'SAML' || owner === 'SCIM'

/** Groups that hold rights of ours and that no rule names any more. */
export function abandonedGroups(
  rights: Iterable<OwnedRight>,
  accountGroups: ReadonlyMap<string, AccountGroup>,
  isKnown: (id: string) => boolean,
): ReadonlyMap<GroupRef, FederatedGroup> {
  const found = new Map<GroupRef, FederatedGroup>()
  for (const { groupId } of rights) {
    const group = accountGroups.get(groupId)
    if (group !== undefined && !isKnown(groupId)) found.set(groupId, { desired: undefined, group })
  }
  return found
}

/** Whether a right that is there is ours to change or take away: in groups of ours everything is. */
export function mayTake(
  federated: ReadonlyMap<GroupRef, FederatedGroup>,
  rights: ReadonlyMap<string, OwnedRight>,
): (key: string, group: GroupRef) => boolean {
  return (key, group) => !federated.has(group) || rights.has(key)
}

/** Bindings that rules want and somebody else made, with other boundaries than the rules say. */
export function foreignBindings(
  desired: State,
  observed: State,
  federated: ReadonlyMap<GroupRef, FederatedGroup>,
  isOurs: (key: string, group: GroupRef) => boolean,
): readonly Finding[] {
  return [...desired.bindings].flatMap(([key, wanted]) => {
    const held = observed.bindings.get(key)
    const group = federated.get(wanted.group)?.group
    if (held === undefined || group === undefined || isOurs(key, wanted.group)) return []
    return held.boundaryIds.join() === wanted.boundaryIds.join() ? [] : [differs(wanted, group)]
  })
}

const differs = ({ policyId }: StateBinding, { name, owner }: AccountGroup): Finding => ({
  kind: 'foreign-binding',
  severity: 'error',
  subject: `group ${name}`,
  message: `Policy ${policyId} is bound to the ${owner} group "${name}" with other boundaries than the rules say, and the bridge did not bind it; it is left as it is.`,
  remedy:
    'Remove that binding in Dynatrace and let the bridge make it, or say the same boundaries in bridge.yaml.',
})
