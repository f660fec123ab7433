/** One pass: observe → desired → diff → plan → guard → apply → verify. */
import { endedGrants } from '../../access/ends.ts'
import { inForce } from '../../access/in-force.ts'
import type { DirectorySnapshot } from '../../directory/snapshot.ts'
import { breathe, inTurns } from '../../lib/turns.ts'
import { applyPlan } from '../apply/apply.ts'
import { Ledger } from '../apply/ledger.ts'
import { activeLevels } from '../catalogue.ts'
import { desiredState } from '../desired-state.ts'
import { doubtedDeactivations } from '../doubt.ts'
import { keepDrift } from '../drift/keep-drift.ts'
import { expectedAccess } from '../expected-access.ts'
import { keepFacts } from '../facts.ts'
import { mayTake } from '../federated-groups.ts'
import { managedGroups } from '../managed-groups.ts'
import { newEnvironments } from '../new-environments.ts'
import { note } from '../observe/meet.ts'
import { observe } from '../observe/observe.ts'
import { ownershipWrites } from '../ownership-writes.ts'
import { settleDefinitions, settleInvitations, settleRegistry, settleRights } from '../settle-registry.ts'
import type { StepResult } from '../step.ts'
import { fullFindings } from './full-findings.ts'
import { planPass } from './plan-pass.ts'
import { premiseProblems } from './premise-problems.ts'
import { readPremises } from './premises.ts'
import type { PassParts, PassRequest, PassResult } from './request.ts'
import { snapshotFigures } from './snapshot-figures.ts'
import { unmanaged } from './unmanaged.ts'

/** @throws UpstreamError when what every decision rests on cannot be read. */
export async function runPass(asked: PassRequest, parts: PassParts): Promise<PassResult> {
  const { dynatrace, store, clock } = parts
  const now = clock.now()
  const model = inForce(asked.model, now)
  const request = { ...asked, model, ended: endedGrants(asked.model, now) }
  const writes = ownershipWrites(store, request.runId, () => clock.now())

  const premises = await readPremises(request, parts)
  const { scope, ownership, catalogue, definitions, accountGroups, snapshot, assignment } = premises
  const full = scope.kind === 'full'
  const withGroups = full || scope.groups.size > 0
  if (request.mode === 'apply' && withGroups) await settleRegistry(assignment, accountGroups, writes)
  if (request.mode === 'apply' && definitions !== undefined) await settleDefinitions(definitions, writes)

  await breathe()
  const mine = managedGroups(assignment, accountGroups, scope)
  const desired = await inTurns(
    desiredState({
      ...{ model, assignment, snapshot, catalogue, definitions, scope },
      accountId: dynatrace.accountId,
    }),
  )
  const observed = await observe(dynatrace, {
    groups: mine.inScope,
    federated: new Set(assignment.federated.keys()),
    managed: mine.all,
    people: full ? undefined : addressesOf(scope.emails, snapshot),
    needed: desired.state.users,
    expected: desired.state.members,
    named: definitions === undefined || catalogue === undefined ? undefined : { definitions, catalogue },
    levels: activeLevels(catalogue?.environments.values() ?? []),
  })

  if (request.mode === 'apply') {
    await settleInvitations(ownership, observed, writes, clock.now())
    await settleRights(ownership, desired.state, observed, writes)
  }

  const expected = await expectedAccess(model, {
    ...parts,
    catalogue,
    readCatalogue: () => parts.catalogue(dynatrace, false),
  })
  const { plan, radius, problems } = await planPass(
    { ...request, failed: expected.failed },
    { premises, mine, desired, observed },
    parts,
  )
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
          uses: observed.uses,
          federated: new Map([...assignment.federated].map(([ref, { group }]) => [ref, group.name])),
          meet: user => note(user, met),
        },
        request.recorder,
      )
    : new Map<string, StepResult>()
  if (request.isRehearsal !== true) {
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
  }
  const allProblems = [...observed.problems, ...premiseProblems(premises), ...expected.problems, ...problems]
  if (acts && request.isRehearsal !== true) {
    const isWhole = full && allProblems.length === 0
    await keepDrift({ plan, results, model, isWhole }, { store, now: clock.now() })
  }
  const seen = { premises, desired, observed, plan, model, results }
  return {
    plan,
    radius,
    results,
    findings: full
      ? await fullFindings(asked, { ...seen, met: expected.findings, problems: allProblems }, parts)
      : [...desired.findings, ...expected.findings, ...doubtedDeactivations(snapshot)],
    unmanaged: unmanaged({ premises, observed, mine }),
    snapshot: snapshotFigures({ premises, observed, mine, problems: allProblems }),
    newEnvironments: full
      ? newEnvironments(plan, {
          model,
          observed,
          isOurs: mayTake(assignment.federated, ownership.rights),
        })
      : undefined,
    problems: allProblems,
    seq: snapshot.seq,
  }
}

function addressesOf(emails: ReadonlySet<string>, snapshot: DirectorySnapshot): ReadonlyMap<string, string> {
  const addressOf = (key: string) =>
    snapshot.people.get(key)?.email ?? snapshot.departures.get(key)?.email ?? key
  return new Map([...emails].map(key => [key, addressOf(key)]))
}
