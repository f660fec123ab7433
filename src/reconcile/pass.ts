/** One pass: observe → desired → diff → plan → guard → apply → verify. */
import { desiredGroups, desiring } from '../access/desired.ts'
import type { AccessModel } from '../access/model.ts'
import type { DirectorySnapshot, ReadSnapshot } from '../directory/snapshot.ts'
import type { Dynatrace, Level } from '../dynatrace/dynatrace.ts'
import type { Clock } from '../lib/clock.ts'
import type { Finding } from '../lib/finding.ts'
import { foldKey } from '../lib/fold.ts'
import { breathe, inTurns } from '../lib/turns.ts'
import type { Store } from '../store/store.ts'
import { type ApplyRecorder, applyPlan } from './apply/apply.ts'
import { Ledger } from './apply/ledger.ts'
import { assignGroups, sourcesOf } from './assign.ts'
import type { Catalogue } from './catalogue.ts'
import { describe } from './describe.ts'
import { desiredState } from './desired-state.ts'
import { diff } from './diff.ts'
import { doubtedDeactivations, doubtOf } from './doubt.ts'
import { keepFacts } from './facts.ts'
import { type Decisions, judge } from './guard.ts'
import { groupSizes, otherGroups, readTotals } from './guard-facts.ts'
import { departed } from './leaving.ts'
import { absentGroups, listGroups, managedGroups, ownedAsIfThere } from './managed-groups.ts'
import { note, observe } from './observe.ts'
import { ownershipWrites, readOwnership } from './ownership.ts'
import { passFindings } from './pass-findings.ts'
import { makePlan } from './plan.ts'
import { isKept, lastSuccessor, renames, replacedNames } from './renames.ts'
import type { Run } from './run.ts'
import { holdsGroup, type Scope } from './scope.ts'
import { settleInvitations, settleRegistry } from './settle-registry.ts'
import type { GroupRef } from './state.ts'
import type { Plan, StepResult } from './step.ts'

export interface PassParts {
  readonly store: Store
  readonly readSnapshot: ReadSnapshot
  readonly dynatrace: Dynatrace
  /** Policies, boundaries and environments; may answer from a memory of some seconds when `fresh` is false. */
  readonly catalogue: (dynatrace: Dynatrace, fresh: boolean) => Promise<Catalogue>
  readonly clock: Clock
}

export interface PassRequest {
  readonly runId: string
  readonly mode: 'plan' | 'apply'
  readonly scope: Scope
  readonly model: AccessModel
  readonly decisions: Decisions
  readonly recorder: ApplyRecorder & { planned(plan: Plan): Promise<void> }
  /** A reason to stop between two phases, such as a lost lease. */
  readonly mayGoOn: () => string | undefined
}

export interface PassResult {
  readonly plan: Plan
  readonly results: ReadonlyMap<string, StepResult>
  readonly findings: readonly Finding[]
  readonly unmanaged: Run['unmanaged']
  readonly problems: readonly string[]
  /** The last directory change that the pass has seen. */
  readonly seq: number
}

export async function runPass(request: PassRequest, parts: PassParts): Promise<PassResult> {
  const { scope, model } = request
  const { dynatrace, store, clock } = parts
  const full = scope.kind === 'full'
  const withGroups = full || scope.groups.size > 0
  const writes = ownershipWrites(store, request.runId, () => clock.now())

  const ownership = await readOwnership(store.db)
  const catalogue = withGroups ? await parts.catalogue(dynatrace, full) : undefined
  const accountGroups = withGroups ? await listGroups(dynatrace) : ownedAsIfThere(ownership.groups.values())
  const snapshot = await readScope(request, parts)
  const followed = followedKeys(scope, snapshot)
  if (scope.kind === 'keys' && followed.length > 0) {
    return runPass(
      { ...request, scope: { ...scope, emails: new Set([...scope.emails, ...followed]) } },
      parts,
    )
  }
  const renamed = renames(snapshot)
  const wished = await inTurns(desiring(model, snapshot.groups))
  const withheld = new Set(wished.withheld.map(foldKey))
  await breathe()
  const assignment = assignGroups(wished.groups, ownership, accountGroups, withheld)
  const absent = absentGroups(scope, assignment, snapshot)
  if (scope.kind === 'keys' && absent.length > 0) {
    return runPass({ ...request, scope: { ...scope, groups: new Set([...scope.groups, ...absent]) } }, parts)
  }
  if (request.mode === 'apply' && withGroups) await settleRegistry(assignment, accountGroups, writes)

  await breathe()
  const mine = managedGroups(assignment, accountGroups, scope)
  const desired = await inTurns(
    desiredState({ model, assignment, snapshot, catalogue, scope, accountId: dynatrace.accountId }),
  )
  const observed = await observe(dynatrace, {
    groups: mine.inScope,
    managed: mine.all,
    people: full ? undefined : addressesOf(scope.emails, snapshot),
    needed: desired.state.users,
    expected: desired.state.members,
    levels: levelsOf(catalogue),
  })

  if (request.mode === 'apply') await settleInvitations(ownership, observed, writes, clock.now())

  const differences = diff({
    desired: desired.state,
    observed: observed.state,
    blind: observed.blind,
    unsaid: desired.unsaid,
    orphans: mine.orphans,
    unruled: new Set([...assignment.orphans.keys(), ...assignment.withheld.keys()]),
    isGone: key =>
      snapshot.people.get(key)?.active === false || (snapshot.departures.has(key) && !renamed.has(key)),
    renames: renamed,
    leaving: departed({ model, snapshot, owned: ownership.users, renames: renamed, now: clock.now() }),
    considers: (ref, emailKey) => {
      if (full || scope.emails.has(emailKey)) return true
      // What the successor has was not read, so nothing may be concluded about the old user.
      return mine.refsInScope.has(ref) && !renamed.has(emailKey)
    },
    sourcesOf: ref => sourcesOf(assignment.desired.get(ref)),
  })
  const actions = await inTurns(differences)
  const nameOf = (ref: GroupRef) =>
    observed.state.groups.get(ref)?.name ??
    assignment.desired.get(ref)?.name ??
    assignment.rows.get(ref)?.name ??
    ref
  await breathe()
  const sizes = await groupSizes(actions, observed, dynatrace)
  const others = await otherGroups(actions, mine.all, dynatrace)
  const desiredGroup = (ref: GroupRef) => assignment.desired.get(ref)
  const totals = await readTotals(store.db, observed.state.users.size)
  const replaced = replacedNames(renamed, observed.state)
  const planning = makePlan({
    actions,
    staying: desired.placed,
    describe: action =>
      describe(action, {
        model,
        snapshot,
        catalogue,
        groupName: nameOf,
        desiredGroup,
        rules: desired.rules,
        replaced,
      }),
    judge: steps =>
      judge(steps, {
        model,
        totals,
        sizeOf: ref => sizes.get(ref) ?? 0,
        nameOf,
        emergencyContacts: observed.emergencyContacts,
        withServiceUsers: observed.withServiceUsers,
        isKept: action => isKept(action, desired.state),
        doubtOf: action => doubtOf(action, snapshot, desiredGroup),
        otherGroupsOf: key => others.get(key) ?? [],
        decisions: request.decisions,
      }),
  })
  const plan = await inTurns(planning)
  await request.recorder.planned(plan)

  const acts = request.mode === 'apply' && model.mode !== 'observe'
  const met = new Map(acts ? observed.accountUsers : [])
  const results = acts
    ? await applyPlan(
        plan,
        {
          dynatrace,
          ownership: writes,
          ledger: new Ledger(request.mayGoOn),
          clock,
          meet: user => note(user, met),
        },
        request.recorder,
      )
    : new Map<string, StepResult>()
  await keepFacts(
    {
      scope,
      model,
      snapshot,
      assignment,
      observed,
      met: acts ? met : observed.accountUsers,
      plan,
      results,
    },
    { store, now: clock.now() },
  )
  return {
    plan,
    results,
    findings: full
      ? await inTurns(passFindings({ wished: wished.findings, desired, assignment, snapshot, model }))
      : [...desired.findings, ...doubtedDeactivations(snapshot)],
    unmanaged: {
      users: full ? countOthers(observed.state.users, snapshot.people) : 0,
      groups: full ? accountGroups.length - mine.all.size : 0,
      bindings: observed.foreignBindings,
    },
    problems: [
      ...observed.problems,
      ...[...(catalogue?.unread ?? [])].map(
        ([level, why]) => `Names at level ${level} could not be read: ${why}`,
      ),
    ],
    seq: snapshot.seq,
  }
}

function countOthers(users: ReadonlyMap<string, unknown>, people: ReadonlyMap<string, unknown>): number {
  let others = 0
  for (const key of users.keys()) if (!people.has(key)) others += 1
  return others
}

/** The part of the directory that a scope needs: for its groups, everybody in the IdP groups behind them. */
async function readScope(
  { scope, model }: PassRequest,
  { readSnapshot }: PassParts,
): Promise<DirectorySnapshot> {
  if (scope.kind === 'full') return readSnapshot({ kind: 'full' })
  const people = await readSnapshot({ kind: 'keys', emails: scope.emails, groupIds: new Set() })
  if (scope.groups.size === 0) return people
  const wanted = desiredGroups(model, people.groups).groups.filter(group =>
    holdsGroup(scope, foldKey(group.name)),
  )
  const groupIds = new Set(wanted.flatMap(group => sourcesOf(group)))
  return readSnapshot({ kind: 'keys', emails: scope.emails, groupIds })
}

/** Where people are found now who left an address in the scope: the two are looked at together. */
function followedKeys(scope: Scope, { departures }: DirectorySnapshot): readonly string[] {
  if (scope.kind === 'full') return []
  return [...scope.emails].flatMap(key => {
    const next = lastSuccessor(key, departures)
    return next === undefined || scope.emails.has(next) ? [] : [next]
  })
}

function levelsOf(catalogue: Catalogue | undefined): readonly Exclude<Level, { kind: 'global' }>[] {
  const active = [...(catalogue?.environments.values() ?? [])].filter(each => each.active)
  return [{ kind: 'account' }, ...active.map(each => ({ kind: 'environment' as const, id: each.id }))]
}

function addressesOf(emails: ReadonlySet<string>, snapshot: DirectorySnapshot): ReadonlyMap<string, string> {
  const addressOf = (key: string) =>
    snapshot.people.get(key)?.email ?? snapshot.departures.get(key)?.email ?? key
  return new Map([...emails].map(key => [key, addressOf(key)]))
}
