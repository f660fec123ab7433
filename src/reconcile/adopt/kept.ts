/** What groups held when they were adopted: what of it lies beyond the rules is left alone. Pure, but for the reading. */
import type { Reader } from '../../store/store.ts'
import type { KeptElementRow } from '../../store/tables.ts'
import { knownInstallation } from '../installation.ts'
import type { GroupRef, State, StateBinding } from '../state.ts'

export interface KeptElement {
  readonly group: GroupRef
  readonly kind: KeptElementRow['kind']
  /** Folded e-mail, `bindingKey` or `permissionKey`. */
  readonly key: string
}

/** Asked for each element that a pass would take away. */
export interface KeptElements {
  readonly all: readonly (KeptElement & { readonly standing: KeptElementRow['standing'] })[]
  /** Beyond the rules: neither taken away nor changed. */
  keeps(kind: KeptElement['kind'], group: GroupRef, key: string): boolean
  /** There before the adoption, whatever the rules say. */
  wasThere(kind: KeptElement['kind'], group: GroupRef, key: string): boolean
}

export function keptElements(all: KeptElements['all']): KeptElements {
  const standings = new Map(all.map(each => [elementKey(each), each.standing]))
  const standing = (kind: KeptElement['kind'], group: GroupRef, key: string) =>
    standings.size === 0 ? undefined : standings.get(elementKey({ kind, group, key }))
  return {
    all,
    keeps: (kind, group, key) => standing(kind, group, key) === 'kept',
    wasThere: (kind, group, key) => standing(kind, group, key) !== undefined,
  }
}

export const nothingKept: KeptElements = keptElements([])

/** To be read after the registry: what is ours by then has its elements on record. */
export async function readKept(db: Reader): Promise<KeptElements> {
  const instance = await knownInstallation(db)
  if (instance === undefined) return nothingKept
  const rows = await db
    .selectFrom('keptElements')
    .select(['groupId', 'kind', 'key', 'standing'])
    .where('instance', '=', instance)
    .execute()
  return rows.length === 0
    ? nothingKept
    : keptElements(rows.map(({ groupId, ...row }) => ({ ...row, group: groupId })))
}

/** All that groups hold, told apart by whether the rules wish for it too. */
export function heldBy(
  groups: ReadonlySet<GroupRef>,
  { desired, observed }: { readonly desired: State; readonly observed: State },
): KeptElements['all'] {
  const held: KeptElement[] = []
  for (const group of groups) {
    for (const key of observed.members.get(group) ?? []) held.push({ kind: 'member', group, key })
  }
  for (const [key, { group }] of observed.bindings) {
    if (groups.has(group)) held.push({ kind: 'binding', group, key })
  }
  for (const [key, { group }] of observed.permissions) {
    if (groups.has(group)) held.push({ kind: 'permission', group, key })
  }
  return held.map(each => ({
    ...each,
    standing: isAsWished(each, { desired, observed }) ? 'covered' : 'kept',
  }))
}

/** A binding with other boundaries than the rules say is none that they wish for. */
export function isAsWished(
  { kind, group, key }: KeptElement,
  { desired, observed }: { readonly desired: State; readonly observed: State },
): boolean {
  switch (kind) {
    case 'member':
      return desired.members.get(group)?.has(key) === true
    case 'permission':
      return desired.permissions.has(key)
    case 'binding': {
      const wanted = desired.bindings.get(key)
      return wanted !== undefined && sameBoundaries(wanted, observed.bindings.get(key))
    }
  }
}

const sameBoundaries = (one: StateBinding, other: StateBinding | undefined): boolean =>
  other === undefined || one.boundaryIds.join() === other.boundaryIds.join()

export const elementKey = ({ kind, group, key }: KeptElement): string => `${kind} ${group} ${key}`
