/**
 * Carries out the steps of a plan that may proceed, phase by phase in the order of the plan.
 *
 * Each phase is announced before and recorded after its calls, so that a crash anywhere leaves a record
 * of what may have happened; the next pass looks at the account and goes on from there.
 */
import { groupOf } from '../action.ts'
import { type Phase, phaseOf, redefinedIn } from '../phase.ts'
import { courseOf } from '../redefinitions/course.ts'
import type { Plan, Step, StepResult } from '../step.ts'
import { excuseDeactivated } from './deactivated.ts'
import { groupsOfFailedRedefinitions } from './definition-order.ts'
import { createDefinitions, updateDefinitions } from './definitions.ts'
import { deleteDefinitions } from './delete-definitions.ts'
import { createGroups, deleteGroups, updateGroups } from './groups.ts'
import { inCourse } from './in-course.ts'
import type { Ledger } from './ledger.ts'
import { addMembers, removeMembers } from './members.ts'
import type { ApplyParts } from './parts.ts'
import { stepsOf } from './parts.ts'
import { policyKnowledge } from './policy-knowledge.ts'
import { addRights, type RightsParts, removeRights } from './rights.ts'
import { inviteUsers, removeUsers } from './users.ts'

export interface ApplyRecorder {
  /** Before the calls of a phase. */
  begun(steps: readonly Step[]): Promise<void>
  /** After them. */
  done(steps: readonly Step[], results: ReadonlyMap<string, StepResult>): Promise<void>
}

/** Phases that bring what an orphaned group's members may be moving to. */
const ADDING: ReadonlySet<Phase> = new Set([
  'definitions',
  'groups',
  'rights',
  'redefinitions',
  'changes',
  'joins',
])

export async function applyPlan(
  plan: Plan,
  parts: ApplyParts,
  recorder: ApplyRecorder,
): Promise<ReadonlyMap<string, StepResult>> {
  const { ledger } = parts
  for (const step of plan.steps) {
    if (step.verdict.kind !== 'proceed') ledger.set([step], { kind: 'skipped', reason: step.verdict.reason })
  }
  const redefined = redefinedIn(plan.steps.map(step => step.action))
  const knowledge = policyKnowledge(plan.steps, parts.dynatrace)
  const course = courseOf(plan.steps, parts.uses)
  const proceeding = inCourse(
    plan.steps.filter(step => step.verdict.kind === 'proceed'),
    course,
    redefined,
  )
  const late = new Set(course.afterwards)
  for (const { phase, steps } of phasesOf(proceeding, redefined)) {
    if (ledger.stopped !== undefined) {
      ledger.set(steps, { kind: 'skipped', reason: ledger.stopped })
      continue
    }
    await recorder.begun(steps)
    await runPhase(phase, steps, { ...parts, plan, knowledge, late })
    await excuseDeactivated(steps, parts)
    await recorder.done(steps, ledger.results)
  }
  return ledger.results
}

async function runPhase(phase: Phase, steps: readonly Step[], parts: RightsParts): Promise<void> {
  const { ledger, plan } = parts
  const failed = (step: Step) =>
    step.verdict.kind === 'proceed' && ledger.results.has(step.id) && !ledger.applied(step)
  switch (phase) {
    case 'groups':
      return createGroups(steps, parts)
    case 'updates':
      return updateGroups(steps, parts)
    case 'invitations': {
      const joining = stepsOf(plan.steps, 'add-member').filter(step => step.verdict.kind === 'proceed')
      return inviteUsers(steps, parts, new Set(joining.map(step => step.action.emailKey)))
    }
    case 'definitions':
      return createDefinitions(steps, parts)
    case 'redefinitions':
      return updateDefinitions(steps, plan, parts)
    case 'rights':
    case 'changes':
      return addRights(steps, parts)
    case 'revocations': {
      const unsettled = groupsOfFailedRedefinitions(plan, parts)
      const { now = [], later = [] } = Object.groupBy(steps, step =>
        unsettled.has(groupOf(step.action) ?? '') ? 'later' : 'now',
      )
      ledger.set(later, {
        kind: 'skipped',
        reason:
          'A policy or boundary of this group could not be changed, so it keeps what else it has until then.',
      })
      return removeRights(now, parts)
    }
    case 'joins': {
      const missing = stepsOf(plan.steps, 'invite-user').filter(failed)
      return addMembers(
        steps,
        parts,
        new Map(missing.map(step => [step.action.emailKey, `${step.action.email} could not be invited.`])),
      )
    }
    case 'leaves': {
      const short = stepsOf(plan.steps, 'add-member').filter(failed)
      return removeMembers(steps, parts, new Set(short.map(step => step.action.emailKey)))
    }
    case 'successions':
      return removeMembers(steps, parts, awaiting(steps, plan, ledger))
    case 'removals': {
      const redefined = redefinedIn(plan.steps.map(step => step.action))
      const short = plan.steps.some(step => ADDING.has(phaseOf(step.action, redefined)) && failed(step))
      await deleteGroups(steps, parts, short)
      await deleteDefinitions(steps, plan, parts)
      return removeUsers(steps, parts, awaiting(steps, plan, ledger))
    }
  }
}

/** People whose successor is not in the account yet with every membership that this plan was to bring. */
function awaiting(steps: readonly Step[], plan: Plan, ledger: Ledger): ReadonlySet<string> {
  const short = stepsOf(plan.steps, 'invite-user', 'add-member').filter(
    step => step.verdict.kind === 'proceed' && !ledger.applied(step),
  )
  const unready = new Set(short.map(step => step.action.emailKey))
  return new Set(
    stepsOf(steps, 'remove-member', 'remove-user').flatMap(({ action }) =>
      action.successor !== undefined && unready.has(action.successor) ? [action.emailKey] : [],
    ),
  )
}

/** Neighbours of one phase together; leavers come first in a plan and movers late, so `leaves` may occur twice. */
function phasesOf(
  steps: readonly Step[],
  redefined: ReadonlySet<string>,
): readonly { readonly phase: Phase; readonly steps: readonly Step[] }[] {
  const phases: { readonly phase: Phase; readonly steps: Step[] }[] = []
  for (const step of steps) {
    const phase = phaseOf(step.action, redefined)
    const last = phases.at(-1)
    if (last?.phase === phase) last.steps.push(step)
    else phases.push({ phase, steps: [step] })
  }
  return phases
}
