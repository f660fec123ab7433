/** What the ownership registry has to learn without any call, since a crash or a hand edit left it behind. */
import type { AccountGroup } from '../dynatrace/dynatrace.ts'
import { foldKey } from '../lib/fold.ts'
import { type Assignment, sourcesOf } from './assign.ts'
import type { ObservedState } from './observe/observed.ts'
import type { Definitions } from './owned-definitions.ts'
import { followsIntent, type Ownership } from './ownership.ts'
import type { OwnershipWrites } from './ownership-writes.ts'
import type { State } from './state.ts'

/** Creations and renames that a crash left open, groups that are gone, IdP groups that come or go. */
export async function settleRegistry(
  assignment: Assignment,
  accountGroups: readonly AccountGroup[],
  writes: OwnershipWrites,
): Promise<void> {
  const nameOf = new Map(accountGroups.map(group => [group.id, group.name]))
  for (const claim of assignment.claims) await writes.confirmGroup(claim.name, claim.id)
  await writes.forget(
    'group',
    assignment.vanished.map(row => row.nameKey),
  )
  for (const [ref, row] of assignment.rows) {
    const group = assignment.desired.get(ref)
    if (group === undefined) continue
    const sources = sourcesOf(group)
    const renamed = foldKey(group.name) !== row.nameKey
    // A rename is recorded after its call; a crash between the two is made good here.
    if (renamed && nameOf.get(ref) === group.name) await writes.setName(ref, group.name, sources)
    else if (!renamed && sources.join() !== row.sources.join()) await writes.setSources(row.nameKey, sources)
  }
}

/** Policies and boundaries that a crash left open, and those that are gone. */
export async function settleDefinitions(
  { claims, vanished }: Pick<Definitions, 'claims' | 'vanished'>,
  writes: OwnershipWrites,
): Promise<void> {
  await writes.confirmDefinitions(claims)
  await writes.forgetDefinitions(vanished)
}

/** Invitations that a crash left open: ours when the person is there soon after, else nobody's. */
export async function settleInvitations(
  ownership: Ownership,
  observed: ObservedState,
  writes: OwnershipWrites,
  now: Date,
): Promise<void> {
  const open = [...ownership.invited].filter(([key]) => observed.state.users.has(key))
  const ours = (intendedAt: string) => followsIntent(intendedAt, now.toISOString())
  await writes.confirmUsers(open.filter(([, at]) => ours(at)).map(([key]) => key))
  await writes.forget(
    'user',
    open.filter(([, at]) => !ours(at)).map(([key]) => key),
  )
}

/** Rights of ours in groups of others that somebody took away and nobody wants: whoever gives them again, owns them. */
export async function settleRights(
  { rights }: Pick<Ownership, 'rights'>,
  desired: State,
  { state, blind }: Pick<ObservedState, 'state' | 'blind'>,
  writes: OwnershipWrites,
): Promise<void> {
  const seen = (key: string) => state.bindings.has(key) || state.permissions.has(key)
  const wanted = (key: string) => desired.bindings.has(key) || desired.permissions.has(key)
  const isBlind = (ref: string) =>
    blind.permissions.has(ref) || [...blind.bindings].some(place => place.startsWith(`${ref} `))
  const gone = [...rights.values()].filter(({ key, groupId }) => {
    return state.groups.has(groupId) && !isBlind(groupId) && !seen(key) && !wanted(key)
  })
  await writes.releaseRights(gone.map(({ key }) => key))
}
