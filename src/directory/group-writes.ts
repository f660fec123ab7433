/** Creating, changing and deleting groups, inside the transaction of the caller. */
import { newId } from '../lib/ids.ts'
import { ScimError } from '../scim/error.ts'
import type { JsonObject } from '../scim/json.ts'
import type { GroupRow } from '../store/tables.ts'
import { UniqueViolation } from '../store/unique-violation.ts'
import { changedAttributes } from './changed-attributes.ts'
import type { DirectoryGroup, GroupChange, MemberChange } from './directory.ts'
import { groupById, groupColumns, insertGroup, removeGroup, toGroup, updateGroup } from './group-rows.ts'
import { isKeyText } from './key-text.ts'
import { leaveAllGroups } from './leave-groups.ts'
import { changeMembers, type MemberDelta, removeAllMembers } from './member-writes.ts'
import { feedGroupAndAbove, feedPeopleWithin } from './nesting.ts'
import { feed, note, type Write } from './write.ts'

export async function createGroup(
  write: Write,
  attributes: JsonObject,
  members: readonly MemberChange[],
): Promise<DirectoryGroup> {
  const row: GroupRow = {
    id: newId(),
    ...groupColumns(attributes),
    version: 1,
    createdAt: write.at,
    modifiedAt: write.at,
  }
  await namedOnce(row.displayName, () => insertGroup(write.tx, row))
  feed(write, 'group', [row.displayName])
  const delta = await changeMembers(write, row.id, members)
  note(write, 'scim.group.created', {
    id: row.id,
    displayName: row.displayName,
    attributes: Object.keys(attributes).sort(),
    ...deltaData(delta),
  })
  return toGroup(row)
}

export async function changeGroup(
  write: Write,
  id: string,
  change: (group: DirectoryGroup) => GroupChange,
): Promise<DirectoryGroup> {
  const row = await requireGroup(write, id)
  const before = toGroup(row)
  const { attributes, members } = change(before)
  const columns = attributes === undefined ? undefined : groupColumns(attributes)
  const changed =
    columns === undefined || columns.resource === row.resource
      ? []
      : changedAttributes(before.attributes, JSON.parse(columns.resource) as JsonObject)
  const delta = await changeMembers(write, id, members)
  if (changed.length === 0 && delta.added.size + delta.removed.size === 0) return before

  const after: GroupRow = {
    ...row,
    ...(changed.length === 0 ? {} : columns),
    version: row.version + 1,
    modifiedAt: write.at,
  }
  await namedOnce(after.displayName, () => updateGroup(write.tx, after))
  const rulesMayDiffer = after.displayName !== row.displayName || after.externalId !== row.externalId
  if (rulesMayDiffer) feed(write, 'group', [row.displayName, after.displayName])
  note(write, 'scim.group.changed', {
    id,
    displayName: after.displayName,
    ...(after.displayName === row.displayName ? {} : { previousDisplayName: row.displayName }),
    changed,
    ...deltaData(delta),
  })
  return toGroup(after)
}

export async function deleteGroup(
  write: Write,
  id: string,
  check?: (group: DirectoryGroup) => void,
): Promise<void> {
  const row = await requireGroup(write, id)
  check?.(toGroup(row))
  const given = { id, requestId: write.cause.requestId, at: write.at }
  // While the memberships are still there: they say whom the deletion concerns.
  await feedGroupAndAbove(write.tx, given)
  await feedPeopleWithin(write.tx, given)
  await leaveAllGroups(write, id)
  const members = await removeAllMembers(write, id)
  await removeGroup(write.tx, { id })
  note(write, 'scim.group.deleted', { id, displayName: row.displayName, removed: listed(members) })
}

async function requireGroup(write: Write, id: string): Promise<GroupRow> {
  const [row] = isKeyText(id) ? await groupById(write.tx, { id }) : []
  if (row === undefined)
    throw new ScimError(
      404,
      undefined,
      `There is no Group with the id ${JSON.stringify(id)}: it was deleted or never made here. Push it again.`,
    )
  return row
}

async function namedOnce(displayName: string, store: () => Promise<unknown>): Promise<void> {
  try {
    await store()
  } catch (error) {
    if (!(error instanceof UniqueViolation)) throw error
    throw new ScimError(
      409,
      'uniqueness',
      `There is already a group with displayName ${displayName}: link to that one, or give this one another name.`,
      {
        cause: error,
      },
    )
  }
}

function deltaData({ added, removed }: MemberDelta): Readonly<Record<string, unknown>> {
  return {
    ...(added.size === 0 ? {} : { added: listed([...added]) }),
    ...(removed.size === 0 ? {} : { removed: listed([...removed]) }),
  }
}

/** A journal line stays short: the count, and the first ids in full. */
const LISTED = 50
const listed = (ids: readonly string[]) => ({ count: ids.length, ids: ids.slice(0, LISTED) })
