/** What a group may do at one moment of a plan: its bindings, and what policies and boundaries say just then. */

import { type EffectiveStatement, effectiveStatements } from '../../policy/effective.ts'
import { parseBoundary } from '../../policy/parse-boundary.ts'
import { parsePolicy } from '../../policy/parse-policy.ts'
import { bareConditions, bareStatements } from '../../policy/source.ts'
import type { Statement } from '../../policy/statement.ts'
import type { BindingCall } from '../bindings/moves.ts'
import { overlaps } from '../bindings/realm.ts'
import { bindingKey } from '../keys.ts'
import type { StateBinding } from '../state.ts'
import type { StepAction } from '../step.ts'

export interface Holdings {
  /** By `bindingKey`. */
  readonly bindings: ReadonlyMap<string, StateBinding>
  /** Statements of policies and queries of boundaries, by id; of others nobody knows what they say. */
  readonly texts: ReadonlyMap<string, string>
}

/** What policies that nobody has read are taken to say. */
export type Assumed = (policyId: string) => readonly Statement[]

export function after({ bindings, texts }: Holdings, call: BindingCall): Holdings {
  const changed = new Map(bindings)
  if (call.kind === 'change') changed.delete(bindingKey(call.from))
  if (call.kind === 'remove') changed.delete(bindingKey(call.binding))
  else changed.set(bindingKey(call.binding), call.binding)
  return { bindings: changed, texts }
}

/** Once the step is done; of steps about other things nothing. */
export function afterStep(holdings: Holdings, action: StepAction): Holdings {
  switch (action.kind) {
    case 'add-binding':
      return after(holdings, { kind: 'add', binding: action.binding })
    case 'change-binding':
      return after(holdings, { kind: 'change', from: action.from, binding: action.to })
    case 'remove-binding':
      return after(holdings, { kind: 'remove', binding: action.binding })
    case 'update-policy':
      return saying(holdings, action.to.id, action.to.statement)
    case 'update-boundary':
      return saying(holdings, action.to.id, action.to.query)
    default:
      return holdings
  }
}

const saying = ({ bindings, texts }: Holdings, id: string, text: string): Holdings => ({
  bindings,
  texts: new Map(texts).set(id, text),
})

/** At this level and at those that count there as well. A boundary that nobody can read narrows nothing. */
export function effectiveAt(
  { bindings, texts }: Holdings,
  level: StateBinding['level'],
  assumed: Assumed,
): readonly EffectiveStatement[] {
  return [...bindings.values()]
    .filter(
      binding =>
        binding.level.kind === 'account' || (level.kind !== 'account' && overlaps(binding.level, level)),
    )
    .flatMap(({ policyId, boundaryIds, parameters }) => {
      const text = texts.get(policyId)
      const boundaries = boundaryIds.map(id => conditionsOf(texts.get(id) ?? ''))
      const statements = (text === undefined ? undefined : statementsOf(text)) ?? assumed(policyId)
      return effectiveStatements({ statements, boundaries, parameters })
    })
}

function statementsOf(text: string): readonly Statement[] | undefined {
  const parsed = parsePolicy(text)
  return parsed.kind === 'parsed' ? bareStatements(parsed.statements) : undefined
}

function conditionsOf(text: string) {
  const parsed = parseBoundary(text)
  return parsed.kind === 'parsed' ? bareConditions(parsed.conditions) : []
}

/** Whether its policy's text is known and understood. */
export function isUnderstood({ texts }: Holdings, policyId: string): boolean {
  const text = texts.get(policyId)
  return text !== undefined && statementsOf(text) !== undefined
}
