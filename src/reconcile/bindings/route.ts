/**
 * The way of one group from the bindings it has to those it should have, as single calls. Pure.
 *
 * No state on the way grants less than both ends grant, or allows what neither end allows:
 *  1. bindings are added and boundaries widened; what denies comes first
 *  2. only when all of that is there, boundaries are narrowed and bindings removed; what denies goes last
 * Whoever has to stop in between, and plans anew from there, is still within these bounds.
 */
import type { StateBinding } from '../state.ts'
import { addresses, type Draft } from './addresses.ts'
import { denials, policiesToKnow } from './denials.ts'
import type { PolicyEffects } from './effects.ts'
import { type BindingCall, type BindingStep, movesOf } from './moves.ts'
import { inOrder } from './order.ts'

export interface RouteInput {
  /** Everything that is still to happen to the bindings of one realm of one group, see `realm.ts`. */
  readonly steps: readonly BindingStep[]
  /** What the group has there. */
  readonly present: readonly StateBinding[]
  /** By policy id, or why nobody knows. Undefined where no order matters, since the group has no members. */
  readonly effects: ReadonlyMap<string, PolicyEffects | string> | undefined
}

export interface Move {
  readonly stepId: string
  readonly call: BindingCall
  /** Steps that have to be over before. */
  readonly after: ReadonlySet<string>
}

export interface Route {
  readonly expand: readonly Move[]
  /** Only after everything in `expand`. */
  readonly contract: readonly Move[]
  /** Step id → why there is no safe way for it. */
  readonly refused: ReadonlyMap<string, string>
  /** Steps for which everything else has to wait, because they would have brought something. */
  readonly lacking: ReadonlySet<string>
}

export function bindingRoute(input: RouteInput): Route {
  const { effects } = input
  const drafts = draftsOf(input)
  const refused = new Map<string, string>()
  const address = addresses(drafts, input.present)
  for (const [id, why] of address.refused) refused.set(id, why)
  const needed = new Set(effects === undefined ? [] : policiesToKnow(drafts).map(each => each.policyId))
  const unread = [...needed].map(id => effects?.get(id)).find(each => typeof each === 'string')
  if (unread !== undefined) for (const { id } of drafts) refused.set(id, unread)
  const known = (policyId: string) => {
    const found = effects?.get(policyId)
    return typeof found === 'string' ? undefined : found
  }
  const order = denials(drafts, known)
  const after = (id: string, ...sources: ReadonlyMap<string, ReadonlySet<string>>[]) =>
    new Set(sources.flatMap(source => [...(source.get(id) ?? [])]))
  const expand = drafts.flatMap(({ id, expand: call }): Move[] =>
    call === undefined
      ? []
      : [{ stepId: id, call, after: after(id, address.beforeExpanding, order.beforeExpanding) }],
  )
  const contract = drafts.flatMap(({ id, contract: call }): Move[] =>
    call === undefined
      ? []
      : [{ stepId: id, call, after: after(id, address.beforeContracting, order.beforeContracting) }],
  )
  const [first, last] = [sorted(expand), sorted(contract)]
  for (const { circular } of [first, last]) {
    for (const { stepId } of circular) if (!refused.has(stepId)) refused.set(stepId, opposed(circular))
  }
  const possible = ({ stepId }: Move) => !refused.has(stepId)
  return {
    expand: first.sorted.filter(possible),
    contract: last.sorted.filter(possible),
    refused,
    lacking: new Set(expand.map(move => move.stepId)),
  }
}

/** Bindings whose policies' texts the route depends on; mostly none, and then nobody has to read them. */
export const textsNeeded = (input: Pick<RouteInput, 'steps' | 'present'>): readonly StateBinding[] =>
  policiesToKnow(draftsOf(input))

function draftsOf({ steps, present }: Pick<RouteInput, 'steps' | 'present'>): readonly Draft[] {
  const sole = steps.length === 1
  return steps.map(({ id, action }) => ({ id, ...movesOf(action, present, sole) }))
}

function sorted(moves: readonly Move[]) {
  return inOrder(
    moves,
    move => move.stepId,
    move => move.after,
  )
}

function opposed(circle: readonly Move[]): string {
  const policies = [...new Set(circle.map(move => move.call.binding.policyId))].join(', ')
  return (
    `There is no safe order for policies ${policies}: each denies something that another of them, or itself bound ` +
    'otherwise, allows, so that whichever came first or went last would allow too much. Put what they deny into a ' +
    'policy of its own that allows nothing.'
  )
}
