/** What a pass noticed that is not drift. */
import type { DesiredGroup } from '../../access/desired-group.ts'
import { textsOf } from '../../access/evaluate/texts.ts'
import { accessFindings } from '../../access/findings/access-findings.ts'
import type { AccessModel } from '../../access/model.ts'
import type { DirectorySnapshot } from '../../directory/snapshot.ts'
import type { Finding } from '../../lib/finding.ts'
import type { Work } from '../../lib/turns.ts'
import { releasesOf, remainingUses, usesOf } from '../bindings-of-definitions.ts'
import { stillInUse } from '../definition-findings.ts'
import type { DesiredState } from '../desired-state.ts'
import { doubtedDeactivations } from '../doubt.ts'
import { foreignBindings, mayTake } from '../federated-groups.ts'
import { peopledGroups } from '../findings/peopled-groups.ts'
import type { ObservedState } from '../observe/observed.ts'
import type { Plan } from '../step.ts'
import type { Premises } from './premises.ts'

const NAMES_SHOWN = 10

export function* passFindings(seen: {
  readonly premises: Premises
  readonly desired: DesiredState
  readonly observed: ObservedState
  readonly plan: Plan
  readonly model: AccessModel
}): Work<readonly Finding[]> {
  const { premises, desired } = seen
  const { assignment, snapshot, wished } = premises
  yield
  const doubted = doubtedDeactivations(snapshot)
  yield
  const access = yield* accessFindings({
    groups: yield* peopledGroups(wished.groups, assignment, desired, snapshot),
    snapshot,
    model: { ...seen.model, environments: openEnvironments(seen) },
    texts: textsOf(wished),
  })
  yield
  return [
    ...premises.findings,
    ...desired.findings,
    ...unusedYetBound(seen),
    ...foreignBindings(
      desired.state,
      seen.observed.state,
      assignment.federated,
      mayTake(assignment.federated, premises.ownership.rights),
    ),
    ...assignment.taken.map(nameTaken),
    ...snapshot.unreachable.map(withoutAddress),
    ...parkedMembers(snapshot),
    ...doubted,
    ...access,
  ]
}

/** What nobody defines any more and the plan does not delete, since something is bound to it. */
function unusedYetBound({
  premises: { definitions, accountGroups },
  observed: { uses },
  plan,
}: {
  readonly premises: Premises
  readonly observed: ObservedState
  readonly plan: Plan
}): readonly Finding[] {
  if (definitions === undefined || !uses.complete) return []
  const going = new Set(
    plan.steps.flatMap(({ action }) =>
      action.kind === 'delete-policy'
        ? [action.policy.id]
        : action.kind === 'delete-boundary'
          ? [action.boundary.id]
          : [],
    ),
  )
  const names = new Map(accountGroups.map(({ id, name }) => [id, name]))
  const { policies, boundaries } = definitions.unwanted
  const releases = releasesOf(plan.steps.map(step => step.action))
  const groupsOf = (id: string) => {
    const left = remainingUses(usesOf(uses, id), id, releases)
    return [...new Set(left.map(({ group }) => names.get(group) ?? group))].sort()
  }
  const stuck = <T extends { readonly id: string }>(all: readonly T[]) =>
    all.filter(({ id }) => !going.has(id) && groupsOf(id).length > 0)
  return [
    ...stuck(policies).map(policy => stillInUse('policy', policy, groupsOf(policy.id))),
    ...stuck(boundaries).map(boundary => stillInUse('boundary', boundary, groupsOf(boundary.id))),
  ]
}

const nameTaken = (group: DesiredGroup): Finding => ({
  kind: 'name-taken',
  severity: 'error',
  subject: `group ${group.name}`,
  message: `The account has a group "${group.name}" that the bridge did not make; it is left alone, and nobody gets access by it.`,
  remedy: 'Rename or delete that group in Dynatrace, or choose another name for the group in bridge.yaml.',
})

const withoutAddress = (userName: string): Finding => ({
  kind: 'no-usable-email',
  severity: 'warning',
  subject: `user ${userName}`,
  message: `"${userName}" has no usable e-mail address, so Dynatrace cannot know this person.`,
  remedy: 'Map an e-mail address to userName or to the primary work e-mail in the IdP.',
})

function parkedMembers(snapshot: DirectorySnapshot): readonly Finding[] {
  const nameOf = new Map(snapshot.groups.map(group => [group.id, group.displayName]))
  return [...snapshot.parked].map(([groupId, members]) => ({
    kind: 'parked-member',
    severity: 'info',
    subject: `IdP group ${nameOf.get(groupId) ?? groupId}`,
    message: `${members.length} of its members are not provisioned: ${shortList(members)}.`,
    remedy: 'Assign these people to the application in the IdP, or take them out of the group.',
  }))
}

/** Environments of the file without those in which nothing can be granted at present: what is wrong with them is told apart. */
function openEnvironments({
  premises: { catalogue },
  model,
}: {
  readonly premises: Premises
  readonly model: AccessModel
}): AccessModel['environments'] {
  if (catalogue === undefined) return model.environments
  return model.environments.filter(({ id }) => catalogue.environments.get(id)?.active === true)
}

const shortList = (names: readonly string[]): string =>
  names.length <= NAMES_SHOWN
    ? names.join(', ')
    : `${names.slice(0, NAMES_SHOWN).join(', ')} and ${names.length - NAMES_SHOWN} more`
