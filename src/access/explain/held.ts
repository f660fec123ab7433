/** What the person has by rules and directory, as far as nothing in the account stands against it. */
import { isNegative } from '../../policy/holds.ts'
import type { DesiredBinding } from '../desired-group.ts'
import { environmentId } from '../evaluate/facts.ts'
import { type GrantedStatement, grantedBy } from '../evaluate/granted.ts'
import type { Texts } from '../evaluate/texts.ts'
import { accountUserLink } from './account-user-link.ts'
import { heldBindingLink } from './binding-link.ts'
import { groupLink } from './group-link.ts'
import { membershipsOf } from './memberships.ts'
import { userLink } from './person-links.ts'
import type { ExplainFacts, Question } from './question.ts'

export interface Held {
  /** Of this permission, DENY included. */
  readonly statements: readonly GrantedStatement[]
  /** Bindings whose policy or boundary could not be read. */
  readonly unknown: readonly DesiredBinding[]
}

const nothing: Held = { statements: [], unknown: [] }

/** `signedIn`: as if the invitation were accepted and the environment open, which Dynatrace's evaluation does not look at. */
export function heldStatements(question: Question, facts: ExplainFacts, signedIn = false): Held {
  const { emailKey } = facts.person
  if (emailKey === undefined || userLink(facts).state === 'broken') return nothing
  if (!signedIn && (accountUserLink(facts)?.state === 'broken' || isShut(question, facts))) return nothing
  const { place } = question
  const { desired, snapshot, texts } = facts.view
  const granted = membershipsOf(emailKey, desired.groups, snapshot).flatMap(({ group }) => {
    if (groupLink(group.name, true, facts).state === 'broken') return []
    const bindings = group.bindings.filter(
      binding => heldBindingLink(group.name, binding, facts)?.state !== 'broken',
    )
    return grantedBy({ ...group, bindings }, environmentId(place), texts)
  })
  return {
    statements: granted
      .flatMap(({ statements }) => statements)
      .filter(statement => statement.permission === question.permission && canApply(statement)),
    unknown: granted.flatMap(each => each.unknown).filter(binding => mayAllow(binding, question, texts)),
  }
}

/** An environment that is not there, or not active, lets nobody do anything. */
function isShut({ place }: Question, { account }: ExplainFacts): boolean {
  if (place.kind === 'account' || account?.environments.kind !== 'read') return false
  return account.environments.value.get(place.id) !== true
}

/** A parameter without a value stands there as it is written, and equals nothing. */
const canApply = ({ conditions }: GrantedStatement): boolean =>
  !conditions.some(
    ({ operator, values }) => !isNegative(operator) && values.every(value => value.includes('${bindParam:')),
  )

/** A policy that is known not to speak of the permission is no doubt, whatever its boundary says. */
function mayAllow({ policy, level }: DesiredBinding, { permission }: Question, texts: Texts): boolean {
  const said = texts.statements(policy, level)
  return said === undefined || said.some(({ permissions }) => permissions.includes(permission))
}
