/** What is asked about a person's access, and what the answer is drawn from. */
import type { Attributes } from '../../policy/holds.ts'
import type { AccessFacts } from '../evaluate/facts.ts'
import type { Place } from '../impact/side.ts'
import type { AccessModel } from '../model.ts'
import type { AccountEvidence } from './evidence.ts'
import type { Possible } from './possible.ts'

export interface Question {
  /** `service:resource:action`. */
  readonly permission: string
  /** What it is to be used on, by condition name; what is not said stays open. */
  readonly where: Attributes
  readonly place: Place
}

/** A person, who may not be in the directory at all. */
export interface Asked {
  readonly userName: string
  readonly inDirectory: boolean
  /** Folded; undefined when there is no usable address. */
  readonly emailKey: string | undefined
  readonly active: boolean
  /** ISO 8601. */
  readonly inactiveSince: string | undefined
  /** IdP group id → names of the groups within it through which the person is in it, from the person's own up. */
  readonly through: ReadonlyMap<string, readonly string[]>
  /** IdP group id → how many of its members the IdP has not provisioned; groups without are not in it. */
  readonly parked: ReadonlyMap<string, number>
}

export interface ExplainFacts {
  readonly person: Asked
  /** The rules in force, and this person's part of the directory. */
  readonly view: AccessFacts
  /** With what has ended. */
  readonly whole: AccessModel
  readonly possible: Possible
  /** Undefined: the account was not asked. */
  readonly account: AccountEvidence | undefined
  readonly now: Date
}

/** Whether this person is in the IdP group, directly or not. */
export function isIn(idpGroupId: string, { person, view }: Pick<ExplainFacts, 'person' | 'view'>): boolean {
  const { emailKey } = person
  return emailKey !== undefined && (view.snapshot.members.get(idpGroupId)?.has(emailKey) ?? false)
}
