/**
 * The order that policies with DENY demand. What denies comes before what it restricts, and goes after it: else
 * something would be allowed for a moment that neither end allows.
 */
import type { StateBinding } from '../state.ts'
import type { Draft } from './addresses.ts'
import { type PolicyEffects, restricts } from './effects.ts'
import type { BindingCall } from './moves.ts'
import { overlaps } from './realm.ts'

/** Step id → steps that have to be over before. */
type Waiting = ReadonlyMap<string, ReadonlySet<string>>

export interface Denials {
  readonly beforeExpanding: Waiting
  readonly beforeContracting: Waiting
}

type Known = (policyId: string) => PolicyEffects | undefined

/** A policy of which nothing is known stands in no order. */
export function denials(drafts: readonly Draft[], known: Known): Denials {
  const expanding = drafts.flatMap(({ id, expand }) => (expand === undefined ? [] : [{ id, call: expand }]))
  const contracting = drafts.flatMap(({ id, contract }) =>
    contract === undefined ? [] : [{ id, call: contract }],
  )
  return {
    beforeExpanding: waiting(expanding, (call, other) => brings(other) && denies(other, call, known)),
    beforeContracting: waiting(contracting, (call, other) => takes(call) && denies(call, other, known)),
  }
}

/** Policies whose texts decide over the order, with the bindings that tell where they may be; often none. */
export function policiesToKnow(drafts: readonly Draft[]): readonly StateBinding[] {
  const expanding = drafts.flatMap(({ expand }) => expand ?? [])
  const contracting = drafts.flatMap(({ contract }) => contract ?? [])
  return [
    ...(expanding.length > 1 && expanding.some(brings) ? expanding : []),
    ...(contracting.length > 1 && contracting.some(takes) ? contracting : []),
  ].map(call => call.binding)
}

const brings = (call: BindingCall): boolean => call.kind === 'add'
const takes = (call: BindingCall): boolean => call.kind === 'remove'

function denies(by: BindingCall, call: BindingCall, known: Known): boolean {
  const [denier, allower] = [effectsIn(by, known), effectsIn(call, known)]
  if (denier === undefined || allower === undefined) return false
  return overlaps(by.binding.level, call.binding.level) && restricts(denier, allower)
}

/** A policy that is to be said anew is bound to nobody before: else two steps could wait for each other for ever. */
function effectsIn(call: BindingCall, known: Known): PolicyEffects | undefined {
  const effects = known(call.binding.policyId)
  return brings(call) ? (effects?.whenBound ?? effects) : effects
}

function waiting(
  calls: readonly { readonly id: string; readonly call: BindingCall }[],
  waits: (call: BindingCall, other: BindingCall) => boolean,
): Waiting {
  return new Map(
    calls.map(({ id, call }) => {
      const others = calls.filter(other => other.id !== id && waits(call, other.call))
      return [id, new Set(others.map(other => other.id))]
    }),
  )
}
