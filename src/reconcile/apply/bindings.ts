/**
 * Carries out what a phase is to do to the bindings of one group, along the route of `../bindings/route.ts`: all that
 * comes, read back; then, if nothing is lacking, all that goes, read back.
 */
import { unreachable } from '../../lib/errors.ts'
import { isEqual } from '../bindings/boundary-sets.ts'
import type { BindingCall } from '../bindings/moves.ts'
import { bindingRoute, type Move, type Route, textsNeeded } from '../bindings/route.ts'
import { bindingKey, isNewGroup, levelKey } from '../keys.ts'
import type { StateBinding } from '../state.ts'
import type { ApplyParts, StepOf } from './parts.ts'
import type { PolicyKnowledge } from './policy-knowledge.ts'
import { onWire, presentBindings, readBefore } from './present-bindings.ts'
import { bindingOf } from './right-step.ts'
import { verify } from './verify.ts'

export type BindingStep = StepOf<'add-binding' | 'change-binding' | 'remove-binding'>

export interface BindingWork {
  /** Everything the plan has for one realm of one group and that may happen, done or not. */
  readonly steps: readonly BindingStep[]
  /** What this phase is about. */
  readonly now: readonly BindingStep[]
  /** Why nothing may be taken away yet, from elsewhere. */
  readonly obstacle: string | undefined
  /** Why a binding cannot be brought: what it rests on is not there. */
  readonly lacks: (binding: StateBinding) => string | undefined
}

export async function settleBindings(
  work: BindingWork,
  parts: ApplyParts,
  knowledge: PolicyKnowledge,
): Promise<void> {
  const { ledger } = parts
  const open = work.steps.filter(step => !ledger.applied(step))
  const present = await readBefore(open, work.now, parts)
  if (present === undefined) return
  const route = await routeFor(open, present, knowledge)
  const done = new Set<string>()
  const run = { work, route, present, done, parts }

  const brought = await expand(run)
  await confirm(brought, run)
  const lacking = open.filter(step => route.lacking.has(step.id) && !done.has(step.id))
  const reason = work.obstacle ?? (lacking.length === 0 ? undefined : WAITING)
  const taken = await contract(run, reason)
  await confirm(taken, run)

  for (const step of work.now) {
    const refused = route.refused.get(step.id)
    if (refused !== undefined) ledger.set([step], { kind: 'failed', reason: refused })
    // There is nothing left to do for it: somebody else did.
    else if (!ledger.results.has(step.id)) ledger.set([step], { kind: 'applied' })
  }
}

/** Why something is not taken away yet. */
export const WAITING = 'Not all of the rights that replace it came about, so it stays until they do.'

interface Running {
  readonly work: BindingWork
  readonly route: Route
  /** By level, as known last. */
  readonly present: Map<string, readonly StateBinding[]>
  /** Steps that brought what they had to bring. */
  readonly done: Set<string>
  readonly parts: ApplyParts
}

async function expand(run: Running): Promise<readonly Move[]> {
  const { work, route, parts, done } = run
  const brought: Move[] = []
  for (const move of route.expand) {
    const step = work.now.find(each => each.id === move.stepId)
    if (step === undefined) continue
    const waits = !move.after.isSubsetOf(done)
    const why = waits
      ? 'It has to come after another change of this group, which did not come about yet.'
      : work.lacks(move.call.binding)
    if (why !== undefined) parts.ledger.set([step], { kind: 'skipped', reason: why })
    else if (await make(move.call, step, run)) {
      done.add(step.id)
      brought.push(move)
    }
  }
  return brought
}

/** `reason`: why nothing may be taken away. */
async function contract(run: Running, reason: string | undefined): Promise<readonly Move[]> {
  const { work, route, parts } = run
  const taken: Move[] = []
  const over = new Set<string>()
  for (const move of route.contract) {
    const step = work.now.find(each => each.id === move.stepId)
    if (step === undefined) continue
    const waits = !move.after.isSubsetOf(over)
    const why = reason ?? (waits ? 'It has to wait until another binding of the group is gone.' : undefined)
    // A step that could not bring its own part has its own reason already.
    const result = parts.ledger.results.get(step.id)
    if (result !== undefined && result.kind !== 'applied') continue
    if (why !== undefined) parts.ledger.set([step], { kind: 'skipped', reason: why })
    else if (await make(move.call, step, run)) {
      over.add(step.id)
      taken.push(move)
    }
  }
  return taken
}

async function make(call: BindingCall, step: BindingStep, run: Running): Promise<boolean> {
  const { parts, present } = run
  const { ledger } = parts
  const dynatrace = parts.dynatrace.about([step.id])
  const place = levelKey(call.binding.level)
  const held = present.get(place) ?? []
  const among = held.map(each => onWire(each, parts))
  const outcome = await ledger.attempt([step], () => {
    switch (call.kind) {
      case 'add':
        return dynatrace.bindings.add(onWire(call.binding, parts))
      case 'change':
        return dynatrace.bindings.change(onWire(call.from, parts), onWire(call.binding, parts), among)
      case 'remove':
        return dynatrace.bindings.remove(onWire(call.binding, parts), among)
      default:
        return unreachable(call)
    }
  })
  if (outcome !== 'applied') return false
  const gone = call.kind === 'change' ? call.from : call.binding
  const rest = held.filter(each => bindingKey(each) !== bindingKey(gone))
  present.set(place, call.kind === 'remove' ? rest : [...rest, call.binding])
  return true
}

/** Reads back what was done, once for each level; what does not show is undone in the books. */
async function confirm(moves: readonly Move[], run: Running): Promise<void> {
  const { work, parts, present, done } = run
  const callOf = new Map(moves.map(move => [move.stepId, move.call]))
  const steps = work.now.filter(step => callOf.has(step.id))
  await verify(steps, parts, async missing => {
    const levels = new Map(missing.map(step => [levelKey(bindingOf(step).level), bindingOf(step)]))
    await Promise.all(
      [...levels].map(async ([key, like]) => present.set(key, await presentBindings(like, parts))),
    )
    return missing.filter(step => {
      const call = callOf.get(step.id)
      return call !== undefined && !shows(call, present.get(levelKey(call.binding.level)) ?? [])
    })
  })
  for (const step of steps) if (!parts.ledger.applied(step)) done.delete(step.id)
}

function shows(call: BindingCall, present: readonly StateBinding[]): boolean {
  const held = present.filter(each => bindingKey(each) === bindingKey(call.binding))
  if (call.kind === 'remove') return held.length === 0
  if (call.kind === 'change' && bindingKey(call.from) !== bindingKey(call.binding)) {
    if (present.some(each => bindingKey(each) === bindingKey(call.from))) return false
  }
  return held.some(each => isEqual(each.boundaryIds, call.binding.boundaryIds))
}

async function routeFor(
  open: readonly BindingStep[],
  present: Running['present'],
  knowledge: PolicyKnowledge,
): Promise<Route> {
  const input = { steps: open, present: [...present.values()].flat() }
  const [first] = open
  // Nobody is a member yet, so that nobody sees an order.
  if (first === undefined || isNewGroup(bindingOf(first).group))
    return bindingRoute({ ...input, effects: undefined })
  const needed = textsNeeded(input)
  return bindingRoute({
    ...input,
    effects: needed.length === 0 ? new Map() : await knowledge.effects(needed),
  })
}
