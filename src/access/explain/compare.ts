/** Dynatrace's own effective permissions beside our evaluation, and what groups give that the bridge does not manage. */
import type { EffectiveStatement } from '../../policy/effective.ts'
import { printStatement } from '../../policy/print.ts'
import { alternativesText, type Extent, extentOf, sameExtent } from '../evaluate/extent.ts'
import { environmentId } from '../evaluate/facts.ts'
import { namedIn } from './by-name.ts'
import type { HeldStatement, Known } from './evidence.ts'
import { heldStatements } from './held.ts'
import type { ExplainFacts, Question } from './question.ts'

export type Comparison =
  | {
      readonly compared: true
      /** Whether what Dynatrace says of the groups of the bridge is what the bridge says. */
      readonly agrees: boolean
      readonly differences: readonly string[]
      /** With all groups of the person, the bridge's or not. */
      readonly verdict: 'allowed' | 'allowed-if' | 'denied'
    }
  | { readonly compared: false; readonly why: string }

export interface Besides {
  readonly group: string
  readonly policy: string
  readonly statement: string
}

export function comparisonOf(question: Question, facts: ExplainFacts): Comparison {
  const known = effectiveIn(question, facts)
  if (known === undefined) return { compared: false, why: 'The account was not asked about this place.' }
  if (known.kind === 'unread') return { compared: false, why: known.why }
  const own = known.value.filter(({ permission }) => permission === question.permission)
  const managed = own.filter(statement => isManaged(statement, facts))
  const { statements } = heldStatements(question, facts, true)
  const [ours, theirs] = [extentOf(statements, question.where), extentOf(managed, question.where)]
  const agrees = sameExtent(ours, theirs)
  const differences = agrees
    ? []
    : [`The bridge says ${extentText(ours)}.`, `Dynatrace says ${extentText(theirs)}.`]
  return { compared: true, agrees, differences, verdict: verdictText(extentOf(own, question.where)) }
}

/** Also what they deny. */
export function besidesOf(question: Question, facts: ExplainFacts): readonly Besides[] {
  const known = effectiveIn(question, facts)
  if (known?.kind !== 'read') return []
  const others = known.value.filter(
    statement =>
      statement.permission === question.permission &&
      !isManaged(statement, facts) &&
      extentOf([{ ...statement, effect: 'ALLOW' as const }], question.where).kind !== 'never',
  )
  return others.map(({ group, policy, effect, permission, conditions }) => ({
    group,
    policy,
    statement: printStatement({ effect, permissions: [permission], conditions }),
  }))
}

function effectiveIn(
  { place }: Question,
  { account }: ExplainFacts,
): Known<readonly HeldStatement[]> | undefined {
  return account?.effective.get(environmentId(place) ?? '')
}

function isManaged({ group }: HeldStatement, { account, view }: ExplainFacts): boolean {
  if (namedIn(view.desired.groups, group) !== undefined) return true
  const groups = account?.groups
  return groups?.kind === 'read' && namedIn(groups.value, group)?.owner === 'bridge'
}

function extentText(extent: Extent<EffectiveStatement>): string {
  switch (extent.kind) {
    case 'never':
      return 'no'
    case 'always':
      return 'yes'
    case 'where': {
      const any = alternativesText(extent.any).filter(text => text !== '')
      const where = any.length === 0 ? 'yes' : `where ${any.join(' or ')}`
      return extent.except.length === 0
        ? where
        : `${where}, except where ${alternativesText(extent.except).join(' or ')}`
    }
  }
}

const verdictText = ({ kind }: Extent): 'allowed' | 'allowed-if' | 'denied' => {
  switch (kind) {
    case 'always':
      return 'allowed'
    case 'where':
      return 'allowed-if'
    case 'never':
      return 'denied'
  }
}
