/** What was found in the files of another tool: an account as they describe it, and who is in its groups. */
import { foldKey } from '../../lib/fold.ts'
import type { AccountFacts } from './account-facts.ts'
import type { Unsaid } from './draft.ts'

export interface Membership {
  /** Name of the group. */
  readonly group: string
  readonly email: string
}

export interface Imported {
  readonly facts: AccountFacts
  /** People only; the identity provider is to say this. Sorted. */
  readonly memberships: readonly Membership[]
  readonly unsaid: readonly Unsaid[]
}

/** A file as it was given, with its name for messages. */
export interface SourceFile {
  readonly name: string
  readonly text: string
}

export type Import =
  | { readonly kind: 'imported'; readonly imported: Imported }
  /** Whole sentences, each with the file, the place in it, and what to do. */
  | { readonly kind: 'bad'; readonly problems: readonly string[] }

/** The same with the names that an account knows for ids that the files only mention. */
export function withAccount(facts: AccountFacts, account: AccountFacts): AccountFacts {
  const environments = new Map(account.environments.map(each => [foldKey(each.id), each]))
  return {
    ...facts,
    environments: facts.environments.map(each => environments.get(foldKey(each.id)) ?? each),
    policies: addUnknown(facts.policies, account.policies),
    boundaries: addUnknown(facts.boundaries, account.boundaries),
    zones: [...facts.zones, ...account.zones],
    protect: account.protect,
    gaps: [...facts.gaps, ...account.gaps],
  }
}

/** Those that only the account knows of can be named, and are not to be defined. */
function addUnknown<T extends { readonly id: string; readonly name: string; readonly defined: boolean }>(
  own: readonly T[],
  known: readonly T[],
): readonly T[] {
  const ids = new Set(own.map(({ id }) => id))
  const names = new Set(own.map(({ name }) => foldKey(name)))
  const others = known.filter(({ id, name }) => !ids.has(id) && !names.has(foldKey(name)))
  return [...own, ...others.map(each => ({ ...each, defined: false }))]
}

/** Begins ids that stand for something that the files only name. */
export const NAMED = 'named:'

/** RFC 4180. */
export function membersCsv(memberships: readonly Membership[]): string {
  const field = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  return ['group,email', ...memberships.map(each => `${field(each.group)},${field(each.email)}`), ''].join(
    '\r\n',
  )
}

/** Each once, by group and then by e-mail. */
export function sortMemberships(memberships: readonly Membership[]): readonly Membership[] {
  const distinct = new Map(memberships.map(each => [`${foldKey(each.group)}\n${foldKey(each.email)}`, each]))
  return [...distinct].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)
}
