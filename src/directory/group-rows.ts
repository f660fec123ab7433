/** Groups between the SCIM attributes and their row, and the statements on those rows. */
import { sql } from 'kysely'
import { foldKey } from '../lib/fold.ts'
import type { JsonObject } from '../scim/json.ts'
import { statement } from '../store/statement.ts'
import type { Reader } from '../store/store.ts'
import type { GroupRow } from '../store/tables.ts'
import { textList } from '../store/text-list.ts'
import type { DirectoryGroup } from './directory.ts'
import { keyText, optionalText, requiredText } from './key-text.ts'

export type GroupColumns = Pick<GroupRow, 'displayName' | 'displayNameKey' | 'externalId' | 'resource'>

/** The columns that follow from the attributes. Throws `ScimError` 400 when one cannot be stored. */
export function groupColumns(attributes: JsonObject): GroupColumns {
  const displayName = requiredText('displayName', attributes.displayName)
  return {
    displayName,
    displayNameKey: keyText('displayName', foldKey(displayName)),
    externalId: optionalText('externalId', attributes.externalId),
    resource: JSON.stringify(withoutForeign(attributes)),
  }
}

export const toGroup = (row: GroupRow): DirectoryGroup => ({
  id: row.id,
  displayName: row.displayName,
  externalId: row.externalId ?? undefined,
  resource: row.resource,
  attributes: JSON.parse(row.resource) as JsonObject, // written by `groupColumns`
  version: row.version,
  createdAt: row.createdAt,
  modifiedAt: row.modifiedAt,
})

/** These are columns or rows of their own. */
const FOREIGN = ['id', 'meta', 'members']

function withoutForeign(attributes: JsonObject): JsonObject {
  if (!FOREIGN.some(name => Object.hasOwn(attributes, name))) return attributes
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !FOREIGN.includes(name)))
}

export const groupById = statement((db: Reader, { id }: { id: string }) =>
  db.selectFrom('groups').selectAll().where('id', '=', id),
)

export const insertGroup = statement((db: Reader, row: GroupRow) =>
  db.insertInto('groups').values({ id: row.id, createdAt: row.createdAt, ...changing(row) }),
)

export const updateGroup = statement((db: Reader, row: GroupRow) =>
  db.updateTable('groups').set(changing(row)).where('id', '=', row.id),
)

export const removeGroup = statement((db: Reader, { id }: { id: string }) =>
  db.deleteFrom('groups').where('id', '=', id),
)

/** New versions for the groups with these ids (a JSON array), whose members changed and nothing else. */
export const groupsMoved = statement((db: Reader, { ids, at }: { ids: string; at: string }) =>
  db
    .updateTable('groups')
    .set({ version: sql<number>`version + 1`, modifiedAt: at })
    .where('id', 'in', sql<string>`${textList(db, ids)}`),
)

/** All columns but those that a group keeps for life, each named: a statement that is being built sees slots. */
function changing(row: GroupRow): Omit<GroupRow, 'id' | 'createdAt'> {
  return {
    displayName: row.displayName,
    displayNameKey: row.displayNameKey,
    externalId: row.externalId,
    resource: row.resource,
    version: row.version,
    modifiedAt: row.modifiedAt,
  }
}
