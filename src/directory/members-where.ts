/** Which members of a group a value filter selects (`members[value eq "…"]`, RFC 7644 §3.5.2.2). */
import { caseExactIn } from '../scim/case-exact.ts'
import { evaluateFilter } from '../scim/evaluate.ts'
import type { Filter } from '../scim/filter.ts'
import { groupType } from '../scim/schema/group.ts'
import type { Reader } from '../store/store.ts'
import { eachMember } from './member-reads.ts'

const exactInGroup = caseExactIn(groupType)

/**
 * Ids of members; some may be no members when the filter names them outright, in which case the other
 * members are not read.
 */
export async function membersWhere(db: Reader, groupId: string, filter: Filter): Promise<readonly string[]> {
  const named = namedIds(filter)
  if (named !== undefined) return named
  const found: string[] = []
  for await (const members of eachMember(db, groupId)) {
    for (const { id, kind, display } of members) {
      const view = { value: id, type: kind, ...(display === undefined ? {} : { display }) }
      if (evaluateFilter(filter, view, path => exactInGroup(`members.${path}`))) found.push(id)
    }
  }
  return found
}

/** The ids in `value eq "a"` and `value eq "a" or value eq "b"`; undefined for any other filter. */
function namedIds(filter: Filter): readonly string[] | undefined {
  if (filter.op === 'eq' && filter.path.toLowerCase() === 'value') {
    return typeof filter.value === 'string' ? [filter.value] : undefined
  }
  if (filter.op !== 'or') return undefined
  const parts = filter.filters.map(namedIds)
  return parts.every(part => part !== undefined) ? parts.flat() : undefined
}
