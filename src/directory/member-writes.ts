/**
 * Memberships as row deltas: what one added or removed member costs does not depend on how many others
 * the group has.
 */
import { sql } from 'kysely'
import { unreachable } from '../lib/errors.ts'
import { ScimError } from '../scim/error.ts'
import { overTexts } from '../store/over-texts.ts'
import { statement } from '../store/statement.ts'
import type { Reader } from '../store/store.ts'
import type { MemberChange } from './directory.ts'
import { isKeyText, keyText } from './key-text.ts'
import { membersWhere } from './members-where.ts'
import { feedGroupAndAbove, feedPeople, isAtOrBelow } from './nesting.ts'
import type { Write } from './write.ts'

/** What became different in the end: ids of members. */
export interface MemberDelta {
  readonly added: ReadonlySet<string>
  readonly removed: ReadonlySet<string>
}

interface Moved {
  readonly memberId: string
  readonly kind: 'User' | 'Group'
}

/**
 * Carries out the changes in order and tells the change feed whom they concern. Ids that nobody has are
 * stored as parked members; those of groups become nested groups. Throws `ScimError` 400 when a group would
 * contain itself.
 */
export async function changeMembers(
  write: Write,
  groupId: string,
  changes: readonly MemberChange[],
): Promise<MemberDelta> {
  const net = new NetDelta()
  for (const change of changes) await carryOut(write, groupId, change, net)
  const given = { requestId: write.cause.requestId, at: write.at }
  const moved = [...net.added.values(), ...net.removed.values()]
  const people = moved.filter(({ kind }) => kind === 'User').map(({ memberId }) => memberId)
  if (people.length > 0) await feedPeople(write.tx, people, given)
  if (people.length < moved.length) await feedGroupAndAbove(write.tx, { id: groupId, ...given })
  return { added: new Set(net.added.keys()), removed: new Set(net.removed.keys()) }
}

/** Empties a group that is about to be deleted, without a word to the change feed. Answers the ids. */
export async function removeAllMembers(write: Write, groupId: string): Promise<readonly string[]> {
  return (await deleteAllMembers(write.tx, { groupId })).map(({ memberId }) => memberId)
}

async function carryOut(write: Write, groupId: string, change: MemberChange, net: NetDelta): Promise<void> {
  switch (change.kind) {
    case 'add':
      return add(write, groupId, idsOf(change.members), net)
    case 'remove':
      return remove(write, groupId, change.ids, net)
    case 'remove-where':
      return remove(write, groupId, await membersWhere(write.tx, groupId, change.filter), net)
    case 'remove-all':
      net.lose(await deleteAllMembers(write.tx, { groupId }))
      return
    case 'replace': {
      const wanted = new Set(idsOf(change.members))
      const present = new Set((await memberIds(write.tx, { groupId })).map(({ memberId }) => memberId))
      await remove(
        write,
        groupId,
        [...present].filter(id => !wanted.has(id)),
        net,
      )
      return add(
        write,
        groupId,
        [...wanted].filter(id => !present.has(id)),
        net,
      )
    }
    default:
      return unreachable(change)
  }
}

const idsOf = (members: readonly { readonly id: string }[]): readonly string[] =>
  members.map(({ id }) => keyText('A member value', id))

async function add(write: Write, groupId: string, ids: readonly string[], net: NetDelta): Promise<void> {
  if (ids.length === 0) return
  const gained = await insertMembers(write.tx, ids, { groupId })
  net.gain(gained)
  const groupIds = gained.filter(({ kind }) => kind === 'Group').map(({ memberId }) => memberId)
  if (groupIds.length === 0) return
  const circle = await isAtOrBelow(write.tx, { id: groupId, groupIds: JSON.stringify(groupIds) })
  if (circle.length === 0) return
  throw new ScimError(
    400,
    'invalidValue',
    `The group ${groupId} would contain itself through the groups that are to become its members.`,
  )
}

async function remove(write: Write, groupId: string, ids: readonly string[], net: NetDelta): Promise<void> {
  const known = ids.filter(isKeyText)
  if (known.length > 0) net.lose(await deleteMembers(write.tx, known, { groupId }))
}

/** Adds up deltas: a member that one change removes and the next adds again did not move. */
class NetDelta {
  readonly added = new Map<string, Moved>()
  readonly removed = new Map<string, Moved>()

  gain(rows: readonly Moved[]): void {
    for (const row of rows) if (!this.removed.delete(row.memberId)) this.added.set(row.memberId, row)
  }

  lose(rows: readonly Moved[]): void {
    for (const row of rows) if (!this.added.delete(row.memberId)) this.removed.set(row.memberId, row)
  }
}

/** Answers the memberships that were not there before. */
const insertMembers = overTexts(
  (_db, ids, { groupId }: { groupId: string }) => sql<Moved>`
    insert into members (group_id, member_id, kind)
    select cast(${groupId} as text), value,
      case when exists (select 1 from "groups" where "groups".id = value) then 'Group' else 'User' end
    from ${ids} as given where true
    on conflict do nothing
    returning member_id, kind`,
)

/** Answers the memberships that were there. */
const deleteMembers = overTexts((db, ids, { groupId }: { groupId: string }) =>
  db
    .deleteFrom('members')
    .where('groupId', '=', groupId)
    .where('memberId', 'in', sql<string>`${ids}`)
    .returning(['memberId', 'kind']),
)
const deleteAllMembers = statement((db: Reader, { groupId }: { groupId: string }) =>
  db.deleteFrom('members').where('groupId', '=', groupId).returning(['memberId', 'kind']),
)
const memberIds = statement((db: Reader, { groupId }: { groupId: string }) =>
  db.selectFrom('members').select('memberId').where('groupId', '=', groupId),
)
