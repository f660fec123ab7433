/** The directory in the database. */
import type { Clock } from '../lib/clock.ts'
import type { Store, Writer } from '../store/store.ts'
import type { Cause, Directory } from './directory.ts'
import { listGroups } from './group-list.ts'
import { groupById, toGroup } from './group-rows.ts'
import { changeGroup, createGroup, deleteGroup } from './group-writes.ts'
import { isKeyText } from './key-text.ts'
import { groupsOfUsers, membersOf } from './member-reads.ts'
import { listUsers } from './user-list.ts'
import { toUser } from './user-row.ts'
import { changeUser, createUser, deleteUser, userById } from './user-writes.ts'
import type { Write } from './write.ts'

export function sqlDirectory({ store, clock }: { readonly store: Store; readonly clock: Clock }): Directory {
  const { db } = store
  const begun = (tx: Writer, cause: Cause): Write => ({ tx, at: clock.now().toISOString(), cause })

  return {
    createUser: (attributes, cause) => store.write(tx => createUser(begun(tx, cause), attributes)),
    changeUser: (id, change, cause) => store.write(tx => changeUser(begun(tx, cause), id, change)),
    deleteUser: (id, cause) => store.write(tx => deleteUser(begun(tx, cause), id)),
    async findUser(id) {
      const [row] = isKeyText(id) ? await userById(db, { id }) : []
      return row === undefined ? undefined : toUser(row)
    },
    listUsers: page => listUsers(db, page),
    groupsOfUsers: ids => groupsOfUsers(db, ids),

    createGroup: (attributes, members, cause) =>
      store.write(tx => createGroup(begun(tx, cause), attributes, members)),
    changeGroup: (id, change, cause) => store.write(tx => changeGroup(begun(tx, cause), id, change)),
    deleteGroup: (id, cause) => store.write(tx => deleteGroup(begun(tx, cause), id)),
    async findGroup(id) {
      const [row] = isKeyText(id) ? await groupById(db, { id }) : []
      return row === undefined ? undefined : toGroup(row)
    },
    listGroups: page => listGroups(db, page),
    membersOf: ids => membersOf(db, ids),
  }
}
