/**
 * Which calls can name their binding, and what they have to wait for to be able to. A filter matches every binding
 * that has at least what it says, so that a binding beside one with more than its own parameters has no address.
 */
import { distinctText, isMatch, shadowing } from '../../dynatrace/binding-filter.ts'
import { bindingKey, bindingPairKey } from '../keys.ts'
import type { StateBinding } from '../state.ts'
import type { BindingCall, Moves } from './moves.ts'

/** A step with its calls. */
export interface Draft extends Moves {
  readonly id: string
}

export interface Addresses {
  /** Step id → why none of its calls can be made. */
  readonly refused: ReadonlyMap<string, string>
  /** Step id → steps that have to be over before it adds or widens. */
  readonly beforeExpanding: ReadonlyMap<string, ReadonlySet<string>>
  /** Step id → steps that have to be over before it narrows or removes. */
  readonly beforeContracting: ReadonlyMap<string, ReadonlySet<string>>
}

export function addresses(drafts: readonly Draft[], present: readonly StateBinding[]): Addresses {
  const refused = new Map<string, string>()
  const beforeExpanding = new Map<string, Set<string>>()
  const beforeContracting = new Map<string, Set<string>>()
  const removed = new Map(
    drafts.flatMap(({ id, contract }) =>
      contract?.kind === 'remove' ? [[bindingKey(contract.binding), id] as const] : [],
    ),
  )
  const added = drafts.flatMap(({ id, expand }) => (expand?.kind === 'add' ? [{ id, ...expand }] : []))
  for (const { id, expand, contract } of drafts) {
    const wider = targetOf(expand)
    const narrower = targetOf(contract)
    const target = wider ?? narrower
    if (target === undefined) continue
    const pair = present.filter(each => bindingPairKey(each) === bindingPairKey(target))
    for (const other of shadowing(target, pair)) {
      const remover = removed.get(bindingKey(other))
      // What is to go stays until everything else came, so that only what narrows or goes may wait for it.
      if (wider !== undefined || remover === undefined || remover === id)
        refused.set(id, ambiguous(target, other))
      else put(beforeContracting, id, remover)
    }
    for (const { id: adder, binding } of added) {
      if (bindingPairKey(binding) !== bindingPairKey(target) || !isMatch(target, binding)) continue
      if (narrower === undefined) {
        put(beforeExpanding, adder, id)
        continue
      }
      refused.set(id, ambiguous(target, binding))
      refused.set(adder, ambiguous(target, binding))
    }
  }
  return { refused, beforeExpanding, beforeContracting }
}

/** The binding that the call has to name, if it names one. */
function targetOf(call: BindingCall | undefined): StateBinding | undefined {
  switch (call?.kind) {
    case 'change':
      return call.from
    case 'remove':
      return call.binding
    case 'add':
    case undefined:
      return undefined
  }
}

function put(map: Map<string, Set<string>>, key: string, value: string): void {
  map.set(key, (map.get(key) ?? new Set()).add(value))
}

function ambiguous(target: StateBinding, other: StateBinding): string {
  return (
    `Policy ${target.policyId} is bound with ${distinctText(target)}, and Dynatrace cannot tell that binding from ` +
    `the one with ${distinctText(other)}. Neither can be changed without touching the other: remove one of the two ` +
    'in the Account Management portal.'
  )
}
