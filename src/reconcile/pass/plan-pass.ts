/** From what is desired and what was observed to the plan of the pass, described and judged. */
import { breathe, inTurns } from '../../lib/turns.ts'
import { sourcesOf } from '../assign.ts'
import { reasonOf } from '../describe/reason.ts'
import { titleOf } from '../describe/title.ts'
import type { Vocabulary } from '../describe/vocabulary.ts'
import type { DesiredState } from '../desired-state.ts'
import { diff } from '../diff/diff.ts'
import type { DefinitionDiffInput, DiffInput } from '../diff/input.ts'
import { doubtOf } from '../doubt.ts'
import { isFederated, mayTake } from '../federated-groups.ts'
import type { GuardFacts } from '../guard/facts.ts'
import { groupSizes, otherGroups, readTotals } from '../guard/figures.ts'
import { judge } from '../guard/guard.ts'
import { readLimits } from '../guard/read-limits.ts'
import { subjectOf } from '../guard/subject.ts'
import { departed } from '../leaving.ts'
import type { ManagedGroups } from '../managed-groups.ts'
import type { ObservedState } from '../observe/observed.ts'
import { makePlan } from '../plan.ts'
import { isKept, replacedNames } from '../renames.ts'
import type { GroupRef } from '../state.ts'
import type { Plan, StepAction } from '../step.ts'
import type { Premises } from './premises.ts'
import type { PassParts, PassRequest } from './request.ts'

/** What the pass knows before it plans. */
export interface Found {
  readonly premises: Premises
  readonly mine: ManagedGroups
  readonly desired: DesiredState
  readonly observed: ObservedState
}

/** Reads from Dynatrace only what the guards need besides; changes nothing. */
export async function planPass(
  request: Pick<PassRequest, 'model' | 'decisions'>,
  found: Found,
  parts: Pick<PassParts, 'store' | 'dynatrace' | 'clock'>,
): Promise<{ readonly plan: Plan; readonly problems: readonly string[] }> {
  const { desired, premises, observed } = found
  const { model } = request
  const { assignment, catalogue, snapshot } = premises
  const actions = await inTurns(diff(diffInput(request, found, parts)))
  await breathe()
  const desiredGroup = (ref: GroupRef) => assignment.desired.get(ref)
  const groupName = (ref: GroupRef) =>
    observed.state.groups.get(ref)?.name ?? desiredGroup(ref)?.name ?? assignment.rows.get(ref)?.name ?? ref
  const words: Vocabulary = {
    model,
    snapshot,
    catalogue,
    ...definitionWords(premises),
    groupName,
    desiredGroup,
    rules: desired.rules,
    replaced: replacedNames(premises.renamed, observed.state),
  }
  const { limits, problems } = await readLimits(actions, parts.dynatrace)
  const facts = { ...(await guardFacts(actions, words, { request, found, parts })), limits }
  const planning = makePlan({
    actions,
    staying: desired.placed,
    describe: action => ({ title: titleOf(action, words), reason: reasonOf(action, words) }),
    judge: steps => judge(steps, facts),
  })
  return { plan: await inTurns(planning), problems }
}

/** Names as bridge.yaml has them come first: the account may call the same thing otherwise, or not have it yet. */
function definitionWords({
  catalogue,
  definitions,
  ownership,
}: Premises): Pick<Vocabulary, 'definitionName' | 'askedForBy' | 'wasMade'> {
  const names = new Map(
    [
      ...(catalogue?.policies ?? []),
      ...(catalogue?.boundaries ?? []),
      ...(definitions?.policies.values() ?? []),
      ...(definitions?.boundaries.values() ?? []),
    ].map(({ id, name }) => [id, name]),
  )
  const owned = [...ownership.policies.values(), ...ownership.boundaries.values()]
  const made = new Set(owned.filter(({ state }) => state === 'owned').map(({ id }) => id))
  return {
    definitionName: id => names.get(id) ?? id,
    askedForBy: name => definitions?.askedForBy.get(name) ?? [],
    wasMade: id => made.has(id),
  }
}

function diffInput(
  { model }: Pick<PassRequest, 'model'>,
  { premises, mine, desired, observed }: Found,
  { clock }: Pick<PassParts, 'clock'>,
): DiffInput & DefinitionDiffInput {
  const { scope, ownership, snapshot, renamed, assignment } = premises
  return {
    desired: desired.state,
    observed: observed.state,
    blind: observed.blind,
    uses: observed.uses,
    unwanted: premises.definitions?.unwanted ?? { policies: [], boundaries: [] },
    unsaid: desired.unsaid,
    orphans: mine.orphans,
    unruled: new Set([...assignment.orphans.keys(), ...assignment.withheld.keys()]),
    isGone: key =>
      snapshot.people.get(key)?.active === false || (snapshot.departures.has(key) && !renamed.has(key)),
    renames: renamed,
    leaving: departed({ model, snapshot, owned: ownership.users, renames: renamed, now: clock.now() }),
    considers: (ref, emailKey) => {
      if (scope.kind === 'full' || scope.emails.has(emailKey)) return true
      // What the successor has was not read, so nothing may be concluded about the old user.
      return mine.refsInScope.has(ref) && !renamed.has(emailKey)
    },
    mayTake: mayTake(assignment.federated, ownership.rights),
    sourcesOf: ref => sourcesOf(assignment.desired.get(ref)),
  }
}

async function guardFacts(
  actions: readonly StepAction[],
  { snapshot, groupName, desiredGroup }: Vocabulary,
  {
    request,
    found: { premises, mine, desired, observed },
    parts: { store, dynatrace },
  }: {
    readonly request: Pick<PassRequest, 'model' | 'decisions'>
    readonly found: Found
    readonly parts: Pick<PassParts, 'store' | 'dynatrace'>
  },
): Promise<Omit<GuardFacts, 'limits'>> {
  const sizes = await groupSizes(actions, observed, dynatrace)
  const others = await otherGroups(actions, mine.all, dynatrace)
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
    decisions: request.decisions,
  }
}
