/** The groups of the account as one person meets them. */
import type { HeldGroup, Known } from '../../access/explain/evidence.ts'
import type { AccountGroup, AccountUser } from '../../dynatrace/dynatrace.ts'
import { foldKey } from '../../lib/fold.ts'
import { isFederated } from '../federated-groups.ts'

export interface GroupsRead {
  readonly held: Known<readonly HeldGroup[]>
  /** As the bridge calls its own, by id. */
  readonly names: ReadonlyMap<string, string>
  /** By folded name. */
  readonly ids: ReadonlyMap<string, string>
}

export function heldGroups(
  listed: Known<readonly AccountGroup[]>,
  user: Known<(AccountUser & { readonly groupIds: readonly string[] }) | undefined>,
  owned: readonly { readonly kind: string; readonly dynatraceId: string | null; readonly name: string }[],
): GroupsRead {
  if (listed.kind === 'unread') return { held: listed, names: new Map(), ids: new Map() }
  const ours = new Map(
    owned.flatMap(({ kind, dynatraceId, name }) =>
      kind === 'group' && dynatraceId !== null ? [[dynatraceId, name] as const] : [],
    ),
  )
  const names = new Map(listed.value.map(({ id, name }) => [id, ours.get(id) ?? name]))
  const ids = new Map([...names].map(([id, name]) => [foldKey(name), id]))
  if (user.kind === 'unread') return { held: user, names, ids }
  const isIn = new Set(user.value?.groupIds ?? [])
  const held = listed.value.map(group => ({
    name: names.get(group.id) ?? group.name,
    owner: ours.has(group.id)
      ? ('bridge' as const)
      : isFederated(group)
        ? ('idp' as const)
        : ('other' as const),
    isMember: isIn.has(group.id),
  }))
  return { held: { kind: 'read', value: held }, names, ids }
}
