/** Takes one member out of every group that holds it, as when a user or a nested group is deleted. */
import { statement } from '../store/statement.ts'
import type { Reader } from '../store/store.ts'
import { groupsMoved } from './group-rows.ts'
import type { Write } from './write.ts'

/** Answers the ids of the groups that held it; their versions move, since their members did. */
export async function leaveAllGroups(write: Write, memberId: string): Promise<readonly string[]> {
  const left = await removeMemberships(write.tx, { memberId })
  const groupIds = left.map(({ groupId }) => groupId)
  if (groupIds.length > 0) await groupsMoved(write.tx, { ids: JSON.stringify(groupIds), at: write.at })
  return groupIds
}

const removeMemberships = statement((db: Reader, { memberId }: { memberId: string }) =>
  db.deleteFrom('members').where('memberId', '=', memberId).returning('groupId'),
)
