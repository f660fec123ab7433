/** One pass: observe → desired → diff → plan → guard → apply → verify. */

import { endedGrants } from '../../access/ends.ts'
import { inForce } from '../../access/in-force.ts'
import type { DirectorySnapshot } from '../../directory/snapshot.ts'
import { breathe, inTurns } from '../../lib/turns.ts'
import { heldBy, keptElements } from '../adopt/kept.ts'
import { keptChanges, settleKept } from '../adopt/settle-kept.ts'
import { applyPlan } from '../apply/apply.ts'
import { Ledger } from '../apply/ledger.ts'
import { benignDifferences } from '../canonical/benign.ts'
import { activeLevels } from '../catalogue.ts'
import { pruneChoices } from '../choices/choice-store.ts'
import { desiredState } from '../desired-state.ts'
import { doubtedDeactivations } from '../doubt.ts'
import { keepDrift } from '../drift/keep-drift.ts'
import { expectedAccess } from '../expected-access.ts'
import { keepFacts } from '../facts.ts'
import { mayTake } from '../federated-groups.ts'
import { criticalAside } from '../findings/critical-aside.ts'
import { keepRemovals } from '../guard/past-removals.ts'
import { managedGroups } from '../managed-groups.ts'
import { newEnvironments } from '../new-environments.ts'
import { note } from '../observe/meet.ts'
import { observe } from '../observe/observe.ts'
import { ownershipWrites } from '../ownership-writes.ts'
import { settleDefinitions, settleInvitations, settleRegistry, settleRights } from '../settle-registry.ts'
import type { StepResult } from '../step.ts'
import { fullFindings } from './full-findings.ts'
import { isFarewell, isGoneFrom } from './guard-facts.ts'
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

  const read = await readPremises(request, parts)
  const { scope, ownership, catalogue, definitions, accountGroups, snapshot, assignment } = read
  const acts = request.mode === 'apply' && model.mode !== 'observe'
  const marked = await parts.marker?.look(read.listed, { acts, dynatrace })
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

  const adopted = new Set(request.adopting?.groups.map(({ id }) => id))
  const held = heldBy(adopted, { desired: desired.state, observed: observed.state })
  const premises = held.length === 0 ? read : { ...read, kept: keptElements([...read.kept.all, ...held]) }

  if (request.mode === 'apply') {
    if (full) {
      const changes = keptChanges({ ...premises, mine, desired: desired.state, observed })
      await settleKept(changes, { store, runId: request.runId, now: clock.now() })
    }
    await settleInvitations(ownership, observed, writes, clock.now())
    await settleRights(ownership, desired.state, observed, writes)
  }

  const expected = await expectedAccess(model, {
    ...parts,
    catalogue,
    readCatalogue: () => parts.catalogue(dynatrace, false),
  })
  const { plan, radius, aside, remains, problems } = await planPass(
    { ...request, failed: expected.failed, secondInstance: marked?.refusal },
    { premises, mine, desired, observed },
    parts,
  )
  if (request.isRehearsal !== true) await request.recorder.found?.({ premises, mine, desired, observed })
  await request.recorder.planned(plan)

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
  if (request.mode === 'apply' && request.isRehearsal !== true) {
    const isWhole = full && allProblems.length === 0 && request.undo === undefined
    await keepRemovals(
      { runId: request.runId, plan, results },
      { store, now: clock.now(), isFarewell: action => isFarewell(action, isGoneFrom(premises)) },
    )
    await keepDrift({ plan, results, model, isWhole }, { store, now: clock.now() })
    if (isWhole) {
      const seen = new Set([...plan.steps.map(({ id }) => id), ...aside.map(({ step }) => step)])
      await pruneChoices(seen, store, clock.now())
    }
  }
  const seen = { premises, desired, observed, plan, model, results }
  return {
    plan,
    radius,
    aside,
    remains,
    results,
    findings: full
      ? await fullFindings(
          asked,
          {
            ...seen,
            met: [...expected.findings, ...(marked?.findings ?? []), ...criticalAside(aside)],
            problems: allProblems,
          },
          parts,
        )
      : [...desired.findings, ...expected.findings, ...doubtedDeactivations(snapshot)],
    unmanaged: unmanaged({ premises, observed, mine }),
    snapshot: snapshotFigures({ premises, observed, mine, problems: allProblems }),
    benign: full ? benignDifferences({ desired: desired.state, observed: observed.state }) : undefined,
    newEnvironments: full
      ? newEnvironments(plan, {
          model,
          observed,
          isOurs: mayTake(assignment.federated, ownership.rights),
        })
      : undefined,
    problems: allProblems,
    found: { premises, mine, desired, observed },
    seq: snapshot.seq,
  }
}

function addressesOf(emails: ReadonlySet<string>, snapshot: DirectorySnapshot): ReadonlyMap<string, string> {
  const addressOf = (key: string) =>
    snapshot.people.get(key)?.email ?? snapshot.departures.get(key)?.email ?? key
  return new Map([...emails].map(key => [key, addressOf(key)]))
}
