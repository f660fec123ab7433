/** What the guards of a pass judge its steps by. Reads from Dynatrace what they need besides. */

import { isRemoval, loserOf } from '../action.ts'
import { currentPause, pauseText } from '../controls/pause.ts'
import type { Vocabulary } from '../describe/vocabulary.ts'
import { doubtOf } from '../doubt.ts'
import { isFederated } from '../federated-groups.ts'
import { directoryPast } from '../guard/directory-past.ts'
import type { GuardFacts } from '../guard/facts.ts'
import { groupSizes, otherGroups, readTotals } from '../guard/figures.ts'
import { pastRemovals } from '../guard/past-removals.ts'
import { readAdministrators } from '../guard/read-administrators.ts'
import { subjectOf } from '../guard/subject.ts'
import { isKept } from '../renames.ts'
import { ruleModes } from '../rule-modes.ts'
import type { StepAction } from '../step.ts'
import type { Found, PlanRequest } from './plan-pass.ts'
import { type Premises, withEnded } from './premises.ts'
import type { PassParts } from './request.ts'

/** All but the limits, which other questions need as well, and what is known of drift. */
export async function guardFacts(
  actions: readonly StepAction[],
  { snapshot, groupName, definitionName, desiredGroup, endedBehind }: Vocabulary,
  {
    request,
    found: { premises, mine, desired, observed },
    parts: { store, dynatrace, clock },
  }: {
    readonly request: PlanRequest
    readonly found: Found
    readonly parts: Pick<PassParts, 'store' | 'dynatrace' | 'clock'>
  },
): Promise<Omit<GuardFacts, 'limits' | 'driftOf'>> {
  const sizes = await groupSizes(actions, observed, dynatrace)
  const others = await otherGroups(actions, mine.all, dynatrace)
  const paused = await currentPause(store.db, clock.now())
  return {
    model: request.model,
    totals: await readTotals(store.db, observed.state.users.size),
    sizeOf: ref => sizes.get(ref) ?? 0,
    nameOf: groupName,
    emergencyContacts: observed.emergencyContacts,
    withServiceUsers: observed.withServiceUsers,
    federatedSince: new Map(premises.accountGroups.filter(isFederated).map(({ id, owner }) => [id, owner])),
    subject: await subjectOf(actions, observed, new Set(premises.assignment.federated.keys()), dynatrace),
    isKept: action => isKept(action, desired.state),
    doubtOf: action => doubtOf(action, snapshot, desiredGroup),
    otherGroupsOf: key => others.get(key) ?? [],
    uses: observed.uses,
    ruleMode: ruleModes(withEnded(request), { assignment: premises.assignment, desired, endedBehind }),
    failed: request.failed,
    secondInstance: request.secondInstance,
    now: clock.now(),
    // A rollback pauses the bridge, and is what then happens.
    paused: request.undo === undefined ? paused && pauseText(paused) : undefined,
    past: actions.some(isRemoval)
      ? await pastRemovals(store.db, clock.now())
      : { people: new Set(), others: 0 },
    directory: actions.some(action => loserOf(action) !== undefined)
      ? await directoryPast(store.db, clock.now())
      : { active: 0, gone: 0, since: undefined },
    administrators: await readAdministrators(actions, {
      assignment: premises.assignment,
      observed,
      dynatrace,
    }),
    policyName: definitionName,
    isFarewell: action => isFarewell(action, isGoneFrom(premises)),
    decisions: request.decisions,
  }
}

/** Whether the IdP has deactivated or deleted somebody. */
export const isGoneFrom =
  ({ snapshot, renamed }: Pick<Premises, 'snapshot' | 'renamed'>) =>
  (emailKey: string): boolean =>
    snapshot.people.get(emailKey)?.active === false ||
    (snapshot.departures.has(emailKey) && !renamed.has(emailKey))

/** Takes something away from somebody who is gone, and does nothing else. */
export function isFarewell(action: StepAction, isGone: (emailKey: string) => boolean): boolean {
  if (action.kind !== 'remove-member' && action.kind !== 'remove-user') return false
  return action.successor === undefined && isGone(action.emailKey)
}
