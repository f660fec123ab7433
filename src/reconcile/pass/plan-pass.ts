/** From what is desired and what was observed to the plan of the pass, described and judged. */

import type { EndingGrant } from '../../access/ends.ts'
import type { AccessModel } from '../../access/model.ts'
import { breathe, inTurns } from '../../lib/turns.ts'
import { isRemoval } from '../action.ts'
import { sourcesOf } from '../assign.ts'
import { type BlastRadius, blastRadius } from '../blast-radius.ts'
import type { Catalogue } from '../catalogue.ts'
import { standingChoices } from '../choices/choice-store.ts'
import { asideOf, type SetAside, setAside } from '../choices/set-aside.ts'
import { reasonOf } from '../describe/reason.ts'
import { levelText } from '../describe/rights.ts'
import { titleOf } from '../describe/title.ts'
import type { Vocabulary } from '../describe/vocabulary.ts'
import type { DesiredState } from '../desired-state.ts'
import { diff } from '../diff/diff.ts'
import type { DefinitionDiffInput, DiffInput } from '../diff/input.ts'
import type { Drift } from '../drift/drift.ts'
import { knowDrift } from '../drift/know-drift.ts'
import { endedWishes } from '../ended-wishes.ts'
import { mayTake } from '../federated-groups.ts'
import type { FailedExpectation } from '../guard/facts.ts'
import { judge } from '../guard/guard.ts'
import { readLimits } from '../guard/read-limits.ts'
import { departed } from '../leaving.ts'
import type { ManagedGroups } from '../managed-groups.ts'
import type { ObservedState } from '../observe/observed.ts'
import { makePlan, stepId } from '../plan.ts'
import { replacedNames } from '../renames.ts'
import { undoOf } from '../rollback/undo.ts'
import type { GroupRef } from '../state.ts'
import type { Plan, StepAction } from '../step.ts'
import { guardFacts, isGoneFrom } from './guard-facts.ts'
import type { Premises } from './premises.ts'
import type { PassParts, PassRequest } from './request.ts'

/** What the pass knows before it plans. */
export interface Found {
  readonly premises: Premises
  readonly mine: ManagedGroups
  readonly desired: DesiredState
  readonly observed: ObservedState
}

/** What a plan is made by. */
export interface PlanRequest extends Pick<PassRequest, 'decisions' | 'undo'> {
  /** Without what has ended. */
  readonly model: AccessModel
  readonly ended: readonly EndingGrant[]
  readonly failed: FailedExpectation | undefined
  /** Why nothing at all may be done: another bridge looks after the account. */
  readonly secondInstance?: string | undefined
}

/** Reads from Dynatrace only what the guards and the titles need besides; changes nothing. */
export async function planPass(
  request: PlanRequest,
  found: Found,
  parts: Pick<PassParts, 'store' | 'dynatrace' | 'clock' | 'catalogue' | 'auditLog'>,
): Promise<{
  readonly plan: Plan
  readonly radius: BlastRadius
  /** What a person wants to stand. */
  readonly aside: readonly SetAside[]
  readonly remains: readonly string[]
  readonly problems: readonly string[]
}> {
  const { desired, premises, observed } = found
  const { model } = request
  const { assignment, snapshot } = premises
  const undone = request.undo === undefined ? undefined : undoOf(request.undo, observed.state)
  const actions = undone?.actions ?? (await inTurns(diff(diffInput(request, found, parts))))
  await breathe()
  const catalogue = await withNamedZones(actions, premises.catalogue, parts)
  const endedBehind = await inTurns(
    endedWishes({
      ended: actions.some(isRemoval) ? request.ended : [],
      ...{ model, snapshot, assignment, catalogue },
      definitions: premises.definitions,
      accountId: parts.dynatrace.accountId,
    }),
  )
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
    endedBehind,
    replaced: replacedNames(premises.renamed, observed.state),
  }
  const drifts =
    undone === undefined
      ? await knowDrift(actions, words, { found, parts })
      : asUndone(await knowDrift(actions, words, { found, parts }))
  const choices = await standingChoices(parts.store.db, parts.clock.now())
  const { left, aside } = setAside(actions, choices)
  const { limits, problems } = await readLimits(left, parts.dynatrace)
  const facts = {
    ...(await guardFacts(left, words, { request, found, parts })),
    limits,
    driftOf: (id: string) => drifts.get(id),
  }
  const planning = makePlan({
    actions: left,
    staying: desired.placed,
    describe: action => ({
      title: titleOf(action, words),
      reason: undone === undefined ? reasonOf(action, words) : UNDOES,
    }),
    drifts,
    judge: steps => judge(steps, facts),
  })
  const plan = await inTurns(planning)
  await breathe()
  const radius = blastRadius(plan.steps, {
    membersOf: ref => [...(observed.state.members.get(ref) ?? []), ...(desired.state.members.get(ref) ?? [])],
    sizeOf: ref => observed.state.members.get(ref)?.size ?? 0,
    nameOf: groupName,
    placeName: level => levelText(level, words).replace(/^environment /, ''),
    uses: observed.uses,
  })
  const told = aside.flatMap(action => {
    const choice = choices.get(stepId(action))
    return choice === undefined ? [] : [asideOf(choice, titleOf(action, words), drifts.get(choice.stepId))]
  })
  return { plan, radius, aside: told, remains: undone?.left ?? [], problems }
}

/** What bridge.yaml asks for has its zones in the catalogue; those that somebody granted by hand may need a look. */
async function withNamedZones(
  actions: readonly StepAction[],
  catalogue: Catalogue | undefined,
  { catalogue: read, dynatrace }: Pick<PassParts, 'catalogue' | 'dynatrace'>,
): Promise<Catalogue | undefined> {
  const isOfZone = (action: StepAction) =>
    'permission' in action && action.permission.scopeType === 'management-zone'
  if (catalogue === undefined || catalogue.zones !== undefined || !actions.some(isOfZone)) return catalogue
  const { zones } = await read(dynatrace, false, { zones: true })
  return { ...catalogue, zones }
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
    kept: premises.kept,
    handedBack: mine.handedBack,
    unruled: new Set([...assignment.orphans.keys(), ...assignment.withheld.keys()]),
    isGone: isGoneFrom(premises),
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

const UNDOES = 'Undoes what was carried out since.'

/** What a rollback changes is nobody's hand edit; what it widens waits for a person as a change of the file does. */
const asUndone = (drifts: ReadonlyMap<string, Drift>): ReadonlyMap<string, Drift> =>
  new Map([...drifts].map(([id, drift]) => [id, { ...drift, cause: 'unknown', actor: { kind: 'none' } }]))
