/** One pass: observe → desired → diff → plan → guard → apply → verify. */
import { desiredGroups } from '../access/desired.ts'
import type { DesiredGroup } from '../access/desired-group.ts'
import type { AccessModel } from '../access/model.ts'
import type { DirectorySnapshot, ReadSnapshot } from '../directory/snapshot.ts'
import type { AccountGroup, Dynatrace, Level } from '../dynatrace/dynatrace.ts'
import { UpstreamError } from '../dynatrace/upstream-error.ts'
import type { Clock } from '../lib/clock.ts'
import type { Finding } from '../lib/finding.ts'
import { foldKey } from '../lib/fold.ts'
import type { Log } from '../lib/log.ts'
import type { Reader, Store } from '../store/store.ts'
import { type ApplyRecorder, applyPlan } from './apply/apply.ts'
import { Ledger } from './apply/ledger.ts'
import { type Assignment, assignGroups } from './assign.ts'
import type { Catalogue } from './catalogue.ts'
import { describe } from './describe.ts'
import { desiredState } from './desired-state.ts'
import { diff } from './diff.ts'
import { type Decisions, judge } from './guard.ts'
import { isNewGroup } from './keys.ts'
import { departed } from './leaving.ts'
import { type ObservedState, observe } from './observe.ts'
import {
  followsIntent,
  type Ownership,
  type OwnershipWrites,
  ownershipWrites,
  readOwnership,
} from './ownership.ts'
import { passFindings } from './pass-findings.ts'
import { makePlan } from './plan.ts'
import type { Run } from './run.ts'
import { holdsGroup, type Scope } from './scope.ts'
import type { GroupRef } from './state.ts'
import type { Plan, StepAction, StepResult } from './step.ts'

export interface PassParts {
  readonly store: Store
  readonly readSnapshot: ReadSnapshot
  readonly dynatrace: Dynatrace
  /** Policies, boundaries and environments; may answer from a memory of some seconds when `fresh` is false. */
  readonly catalogue: (dynatrace: Dynatrace, fresh: boolean) => Promise<Catalogue>
  readonly clock: Clock
  readonly log: Log
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
  const { dynatrace, store, clock, log } = parts
  const full = scope.kind === 'full'
  const withGroups = full || scope.groups.size > 0
  const writes = ownershipWrites(store, request.runId, () => clock.now())

  const ownership = await readOwnership(store.db)
  const catalogue = withGroups ? await parts.catalogue(dynatrace, full) : undefined
  const accountGroups = withGroups ? await listGroups(dynatrace) : ownedAsIfThere(ownership.groups.values())
  const snapshot = await readScope(request, parts)
  const wished = desiredGroups(model, snapshot.groups)
  const withheld = new Set(wished.withheld.map(foldKey))
  const assignment = assignGroups(wished.groups, ownership, accountGroups, withheld)
  const absent = absentGroups(scope, assignment, snapshot)
  if (scope.kind === 'keys' && absent.length > 0) {
    return runPass({ ...request, scope: { ...scope, groups: new Set([...scope.groups, ...absent]) } }, parts)
  }
  if (request.mode === 'apply' && withGroups) await settleRegistry(assignment, accountGroups, writes)

  const mine = managedGroups(assignment, accountGroups, scope)
  const desired = desiredState({
    model,
    assignment,
    snapshot,
    catalogue,
    scope,
    accountId: dynatrace.accountId,
  })
  const observed = await observe(dynatrace, {
    groups: mine.inScope,
    managed: mine.all,
    people: full ? undefined : addressesOf(scope.emails, snapshot),
    needed: new Map([...desired.state.users.values()].map(user => [user.emailKey, user.email])),
    levels: levelsOf(catalogue),
  })

  if (request.mode === 'apply') await settleInvitations(ownership, observed, writes, clock.now())

  const actions = diff({
    desired: desired.state,
    observed: observed.state,
    blind: observed.blind,
    unsaid: desired.unsaid,
    orphans: mine.orphans,
    unruled: new Set([...assignment.orphans.keys(), ...assignment.withheld.keys()]),
    isGone: key => snapshot.people.get(key)?.active === false || snapshot.departures.has(key),
    leaving: departed({ model, snapshot, owned: ownership.users, now: clock.now() }),
    considers: (ref, emailKey) => full || mine.refsInScope.has(ref) || scope.emails.has(emailKey),
    sourcesOf: ref => sourcesOf(assignment.desired.get(ref)),
  })
  const nameOf = (ref: GroupRef) =>
    observed.state.groups.get(ref)?.name ??
    assignment.desired.get(ref)?.name ??
    assignment.rows.get(ref)?.name ??
    ref
  const sizes = await groupSizes(actions, observed, dynatrace)
  const totals = await readTotals(store.db, observed.state.users.size)
  const plan = makePlan({
    actions,
    desired: desired.state,
    describe: action =>
      describe(action, {
        model,
        snapshot,
        catalogue,
        groupName: nameOf,
        desiredGroup: ref => assignment.desired.get(ref),
        rules: desired.rules,
      }),
    judge: steps =>
      judge(steps, {
        model,
        totals,
        sizeOf: ref => sizes.get(ref) ?? 0,
        nameOf,
        emergencyContacts: observed.emergencyContacts,
        withServiceUsers: observed.withServiceUsers,
        decisions: request.decisions,
      }),
  })
  await request.recorder.planned(plan)

  const results =
    request.mode === 'apply' && model.mode !== 'observe'
      ? await applyPlan(
          plan,
          { dynatrace, ownership: writes, ledger: new Ledger(request.mayGoOn), clock, log },
          request.recorder,
        )
      : new Map<string, StepResult>()
  return {
    plan,
    results,
    findings: full
      ? passFindings({ wished: wished.findings, desired, assignment, snapshot, model })
      : desired.findings,
    unmanaged: {
      users: full ? [...observed.state.users.keys()].filter(key => !snapshot.people.has(key)).length : 0,
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

/** An account always has its group of all users: an empty list is a failed read, not an empty account. */
async function listGroups(dynatrace: Dynatrace): Promise<readonly AccountGroup[]> {
  const groups = await dynatrace.groups.list()
  if (groups.length > 0) return groups
  throw new UpstreamError(
    'malformed',
    'groups.list',
    'Dynatrace answered with no group at all; nothing is concluded from that.',
  )
}

/** Folded names of groups that somebody in the scope should be in and that do not exist yet. */
function absentGroups(scope: Scope, assignment: Assignment, snapshot: DirectorySnapshot): readonly string[] {
  if (scope.kind === 'full') return []
  return [...assignment.desired]
    .filter(([ref, group]) => isNewGroup(ref) && !scope.groups.has(foldKey(group.name)))
    .filter(([, group]) =>
      group.sources.some(source => (snapshot.members.get(source.idpGroupId)?.size ?? 0) > 0),
    )
    .map(([, group]) => foldKey(group.name))
}

/** How many members each group has that is to lose several; a pass over people has not read them all. */
async function groupSizes(
  actions: readonly StepAction[],
  observed: ObservedState,
  dynatrace: Dynatrace,
): Promise<ReadonlyMap<GroupRef, number>> {
  const sizes = new Map([...observed.state.members].map(([ref, members]) => [ref, members.size]))
  const losses = new Map<GroupRef, number>()
  for (const action of actions) {
    if (action.kind === 'remove-member') losses.set(action.group, (losses.get(action.group) ?? 0) + 1)
  }
  for (const [ref, lost] of losses) {
    if (lost > 1 && !observed.whole.has(ref))
      sizes.set(ref, (await dynatrace.groups.members(ref))?.length ?? lost)
  }
  return sizes
}

/** What the percentages of the guards are percentages of. */
async function readTotals(
  db: Reader,
  observedUsers: number,
): Promise<{ readonly people: number; readonly groups: number }> {
  const users = await db
    .selectFrom('users')
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirstOrThrow()
  const groups = await db
    .selectFrom('ownership')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('kind', '=', 'group')
    .executeTakeFirstOrThrow()
  return { people: Math.max(Number(users.count), observedUsers), groups: Number(groups.count) }
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

interface ManagedGroups {
  readonly all: ReadonlySet<GroupRef>
  readonly inScope: readonly AccountGroup[]
  readonly refsInScope: ReadonlySet<GroupRef>
  readonly orphans: readonly { readonly ref: GroupRef; readonly name: string; readonly description: string }[]
}

function managedGroups(
  assignment: Assignment,
  accountGroups: readonly AccountGroup[],
  scope: Scope,
): ManagedGroups {
  const refsInScope = new Set<GroupRef>()
  for (const [ref, group] of assignment.desired) {
    if (holdsGroup(scope, foldKey(group.name))) refsInScope.add(ref)
  }
  const unruled = [...assignment.orphans, ...assignment.withheld]
  for (const [ref, row] of unruled) if (holdsGroup(scope, row.nameKey)) refsInScope.add(ref)
  const all = new Set([...assignment.desired.keys(), ...unruled.map(([ref]) => ref)])
  const there = accountGroups.filter(group => all.has(group.id))
  return {
    all: new Set(there.map(group => group.id)),
    inScope: there.filter(group => refsInScope.has(group.id)),
    refsInScope,
    orphans: there
      .filter(group => assignment.orphans.has(group.id) && refsInScope.has(group.id))
      .map(({ id, name, description }) => ({ ref: id, name, description })),
  }
}

/** What the registry has to learn without any call: what a crash left open, and groups that are gone. */
async function settleRegistry(
  assignment: Assignment,
  accountGroups: readonly AccountGroup[],
  writes: OwnershipWrites,
): Promise<void> {
  const nameOf = new Map(accountGroups.map(group => [group.id, group.name]))
  for (const claim of assignment.claims) await writes.confirmGroup(claim.name, claim.id)
  await writes.forget(
    'group',
    assignment.vanished.map(row => row.nameKey),
  )
  for (const [ref, row] of assignment.rows) {
    const group = assignment.desired.get(ref)
    if (group === undefined) continue
    const sources = sourcesOf(group)
    const renamed = foldKey(group.name) !== row.nameKey
    // A rename is recorded after its call; a crash between the two is made good here.
    if (renamed && nameOf.get(ref) === group.name) await writes.setName(ref, group.name, sources)
    else if (!renamed && sources.join() !== row.sources.join()) await writes.setSources(row.nameKey, sources)
  }
}

/** Invitations that a crash left open: ours when the person is there soon after, else nobody's. */
async function settleInvitations(
  ownership: Ownership,
  observed: ObservedState,
  writes: OwnershipWrites,
  now: Date,
): Promise<void> {
  const open = [...ownership.invited].filter(([key]) => observed.state.users.has(key))
  const ours = (intendedAt: string) => followsIntent(intendedAt, now.toISOString())
  await writes.confirmUsers(open.filter(([, at]) => ours(at)).map(([key]) => key))
  await writes.forget(
    'user',
    open.filter(([, at]) => !ours(at)).map(([key]) => key),
  )
}

/** A pass over people alone trusts the registry that its groups are there; a call to one that is gone fails safely. */
function ownedAsIfThere(
  rows: Iterable<{ readonly dynatraceId: string | undefined; readonly name: string }>,
): readonly AccountGroup[] {
  return [...rows].flatMap(({ dynatraceId, name }) =>
    dynatraceId === undefined
      ? []
      : [
          {
            id: dynatraceId,
            name,
            description: '',
            owner: 'LOCAL' as const,
            federatedAttributeValues: [],
            createdAt: undefined,
          },
        ],
  )
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

const sourcesOf = (group: DesiredGroup | undefined): readonly string[] =>
  [...new Set(group?.sources.map(source => source.idpGroupId))].sort()
