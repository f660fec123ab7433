/**
 * What the account says in other words than the rules: no drift, never in a plan, and shown only to who asks for it.
 * Pure.
 */
import { sameQuery, sameStatement } from '../definition-text.ts'
import type { State } from '../state.ts'
import { impliedBy } from './implied-role.ts'
import { plainText } from './plain-text.ts'

/** One difference that means nothing. */
export interface Benign {
  /** Of the thing, as `Drift.key` has it. */
  readonly key: string
  /** One sentence for people. */
  readonly message: string
}

/** Differences told one by one: whoever wants to see more of them reads the account. */
const MOST = 100

export interface BenignInput {
  readonly desired: Pick<State, 'policies' | 'boundaries' | 'groups' | 'permissions'>
  readonly observed: Pick<State, 'policies' | 'boundaries' | 'groups' | 'permissions'>
}

/** A hundred at most. */
export function benignDifferences(input: BenignInput): readonly Benign[] {
  return [...policies(input), ...boundaries(input), ...groups(input), ...permissions(input)].slice(0, MOST)
}

const policies = ({ desired, observed }: BenignInput): readonly Benign[] =>
  [...desired.policies].flatMap(([id, { name, description, statement }]) => {
    const found = observed.policies.get(id)
    if (found === undefined) return []
    const said = respelled(found.statement, statement, sameStatement)
    const described = respelled(found.description, description, sameText)
    if (!said && !described) return []
    const what = [...(said ? ['its text'] : []), ...(described ? ['its description'] : [])].join(' and ')
    return [
      {
        key: `policy ${id}`,
        message: `Policy "${name}": ${what} in the account is written otherwise, and says the same.`,
      },
    ]
  })

const boundaries = ({ desired, observed }: BenignInput): readonly Benign[] =>
  [...desired.boundaries].flatMap(([id, { name, query }]) => {
    const found = observed.boundaries.get(id)
    if (found === undefined || !respelled(found.query, query, sameQuery)) return []
    return [
      {
        key: `boundary ${id}`,
        message: `Boundary "${name}": its query in the account is written otherwise, and says the same.`,
      },
    ]
  })

const groups = ({ desired, observed }: BenignInput): readonly Benign[] =>
  [...desired.groups].flatMap(([ref, { name, description }]) => {
    const found = observed.groups.get(ref)
    if (found === undefined || !respelled(found.description, description, sameText)) return []
    return [
      {
        key: `group ${ref}`,
        message: `Group "${name}": white space around its description is all that differs.`,
      },
    ]
  })

const permissions = ({ desired, observed }: BenignInput): readonly Benign[] =>
  [...observed.permissions].flatMap(([key, permission]) => {
    if (desired.permissions.has(key)) return []
    const role = impliedBy(permission, desired.permissions)
    if (role === undefined) return []
    return [
      {
        key: `permission ${key}`,
        message: `Group "${desired.groups.get(permission.group)?.name ?? permission.group}": role ${permission.role} on ${permission.scope} comes with ${role}.`,
      },
    ]
  })

const sameText = (one: string, other: string): boolean => plainText(one) === plainText(other)

const respelled = (there: string, wanted: string, isSame: (one: string, other: string) => boolean): boolean =>
  there !== wanted && isSame(there, wanted)
