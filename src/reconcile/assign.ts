/**
 * Which group of the account each desired group is. Ownership follows the uuid, not the name.
 *
 * | desired | registry                            | account                  | outcome               |
 * | ------- | ----------------------------------- | ------------------------ | --------------------- |
 * | name    | same name, uuid                     | uuid is there            | that group            |
 * | name    | other name, shares an IdP group     | uuid is there            | that group, renamed   |
 * | name    | same name, creation not confirmed   | same name, made since    | that group (claimed)  |
 * | name    | same name, begun a moment ago       | nothing                  | unseen: looked at again |
 * | name    | same name                           | nothing                  | created               |
 * | name    | nothing                             | same name, SAML or SCIM  | federated: rights only |
 * | name    | nothing                             | same name                | not ours: left alone  |
 * | name    | nothing                             | nothing                  | created               |
 * | –       | uuid                                | uuid is there            | orphan                |
 */
import type { DesiredGroup } from '../access/desired-group.ts'
import type { AccessModel } from '../access/model.ts'
import type { AccountGroup } from '../dynatrace/dynatrace.ts'
import { foldKey } from '../lib/fold.ts'
import { abandonedGroups, type FederatedGroup, isFederated } from './federated-groups.ts'
import { newGroupRef } from './keys.ts'
import { followsIntent, type OwnedGroup, type Ownership } from './ownership.ts'
import { pairWithRows } from './pair-groups.ts'
import type { GroupRef } from './state.ts'

export interface Assignment {
  /** Desired groups by reference. */
  readonly desired: ReadonlyMap<GroupRef, DesiredGroup>
  /** The registry row behind a reference, where there is one. */
  readonly rows: ReadonlyMap<GroupRef, OwnedGroup>
  /** Creations that a crash left unconfirmed: to be recorded as ours. */
  readonly claims: readonly { readonly name: string; readonly id: string }[]
  /** Groups of the account's own federation that rules name, or named: they get rights from us, and nothing else. */
  readonly federated: ReadonlyMap<GroupRef, FederatedGroup>
  /** Owned groups that no rule wants any more. */
  readonly orphans: ReadonlyMap<GroupRef, OwnedGroup>
  /** Owned groups whose rules contradict each other: left as they are, but for people who are gone. */
  readonly withheld: ReadonlyMap<GroupRef, OwnedGroup>
  /** Rows of groups that are gone from the account and that nobody wants. */
  readonly vanished: readonly OwnedGroup[]
  /** Groups of ours that should be there and do not show yet; nothing is concluded about them. */
  readonly unseen: readonly OwnedGroup[]
  /** Desired groups whose name belongs to a group that is not ours. */
  readonly taken: readonly DesiredGroup[]
}

export function assignGroups(
  desired: readonly DesiredGroup[],
  ownership: Ownership,
  accountGroups: readonly AccountGroup[],
  /** Folded names of groups whose rules contradict each other: not paired, not orphaned. */
  withheld: ReadonlySet<string>,
  now: Date,
  /** With the rules that have ended. */
  model: Pick<AccessModel, 'mode' | 'rules'>,
): Assignment {
  const owned = [...ownership.groups.values()].filter(row => !withheld.has(row.nameKey))
  const byId = new Map(accountGroups.map(group => [group.id, group]))
  const byName = new Map(accountGroups.map(group => [foldKey(group.name), group]))
  const rowOf = pairWithRows(desired, owned, model)
  const result = { desired: new Map<GroupRef, DesiredGroup>(), rows: new Map<GroupRef, OwnedGroup>() }
  const claims: { name: string; id: string }[] = []
  const taken: DesiredGroup[] = []
  const unseen: OwnedGroup[] = []
  const mayShowYet = (row: OwnedGroup) => now.getTime() - Date.parse(row.at) < SHOWS_WITHIN_MS
  const federated = new Map<GroupRef, FederatedGroup>()

  for (const group of desired) {
    const nameKey = foldKey(group.name)
    const row = rowOf.get(group)
    const homonym = byName.get(nameKey)
    let ref = newGroupRef(nameKey)
    if (row?.dynatraceId !== undefined && byId.has(row.dynatraceId)) {
      ref = row.dynatraceId
    } else if (row?.dynatraceId !== undefined && mayShowYet(row)) {
      unseen.push(row)
      continue
    } else if (homonym !== undefined) {
      if (row === undefined || !isOurCreation(row, homonym)) {
        if (isFederated(homonym)) federated.set(homonym.id, { desired: group, group: homonym })
        else taken.push(group)
        continue
      }
      claims.push({ name: row.name, id: homonym.id })
      ref = homonym.id
    } else if (row !== undefined && mayShowYet(row)) {
      unseen.push(row)
      continue
    }
    result.desired.set(ref, group)
    if (row !== undefined) result.rows.set(ref, row)
  }

  const used = new Set([...rowOf.values()].map(row => row.rowId))
  const unused = owned.filter(row => !used.has(row.rowId))
  const orphans = new Map<GroupRef, OwnedGroup>()
  const vanished: OwnedGroup[] = []
  for (const row of unused) {
    const homonym = byName.get(row.nameKey)
    if (row.dynatraceId !== undefined && byId.has(row.dynatraceId)) orphans.set(row.dynatraceId, row)
    else if (row.dynatraceId === undefined && homonym !== undefined && isOurCreation(row, homonym)) {
      claims.push({ name: row.name, id: homonym.id })
      orphans.set(homonym.id, row)
    } else if (mayShowYet(row)) unseen.push(row)
    else vanished.push(row)
  }
  const left = new Map<GroupRef, OwnedGroup>()
  for (const row of ownership.groups.values()) {
    if (withheld.has(row.nameKey) && row.dynatraceId !== undefined && byId.has(row.dynatraceId)) {
      left.set(row.dynatraceId, row)
    }
  }
  const isKnown = (id: string) =>
    result.desired.has(id) || orphans.has(id) || left.has(id) || federated.has(id)
  for (const [ref, each] of abandonedGroups(ownership.rights.values(), byId, isKnown))
    federated.set(ref, each)
  return { ...result, claims, federated, orphans, withheld: left, vanished, unseen, taken }
}

/**
 * Reads may lag behind writes for a second or two (Dynatrace: a new group is answered with 404 at first): what was
 * begun more recently than this and is not in the list may be there all the same, and a second one must not be made.
 */
const SHOWS_WITHIN_MS = 5_000

/** We looked before we began, so a local group of that name that came right after our intent is ours. */
function isOurCreation(row: OwnedGroup, group: AccountGroup): boolean {
  if (row.dynatraceId !== undefined || group.owner !== 'LOCAL') return false
  return group.createdAt !== undefined && followsIntent(row.at, group.createdAt)
}

/** Ids of the IdP groups that feed a group, sorted. */
export const sourcesOf = (group: DesiredGroup | undefined): readonly string[] =>
  [...new Set(group?.sources.map(source => source.idpGroupId))].sort()
