/** The directory in the database. */
import type { Clock } from '../lib/clock.ts'
import type { Store, Writer } from '../store/store.ts'
import { accountFacts } from './account-facts.ts'
import type { Cause, Directory } from './directory.ts'
import { listedGroup, listGroups } from './group-list.ts'
import { changeGroup, createGroup, deleteGroup } from './group-writes.ts'
import { defaultIdentity, type IdentityRules } from './identity-rules.ts'
import { isKeyText } from './key-text.ts'
import { eachMember, fewMembersOf, groupsOfUsers, membersOf } from './member-reads.ts'
import { listedUser, listUsers } from './user-list.ts'
import { changeUser, createUser, deleteUser } from './user-writes.ts'
import type { Write } from './write.ts'

export function sqlDirectory(parts: {
  readonly store: Store
  readonly clock: Clock
  /** By default what the settings say when nothing is set. */
  readonly identity?: IdentityRules
}): Directory {
  const { store, clock, identity = defaultIdentity } = parts
  const { db } = store
  const begun = (tx: Writer, cause: Cause): Write => ({ tx, at: clock.now().toISOString(), cause })

  return {
    createUser: (attributes, cause) => store.write(tx => createUser(begun(tx, cause), attributes, identity)),
    changeUser: (id, change, cause, said = { active: true }) =>
      store.write(tx => changeUser(begun(tx, cause), id, change, identity, said)),
    deleteUser: (id, cause, check) => store.write(tx => deleteUser(begun(tx, cause), id, check)),
    findUser: async id => (isKeyText(id) ? (await listedUser(db, { id }))[0] : undefined),
    listUsers: page => listUsers(db, page),
    accountFacts: emailKeys => accountFacts(db, emailKeys),
    groupsOfUsers: ids => groupsOfUsers(db, ids),

    createGroup: (attributes, members, cause) =>
      store.write(tx => createGroup(begun(tx, cause), attributes, members)),
    changeGroup: (id, change, cause) => store.write(tx => changeGroup(begun(tx, cause), id, change)),
    deleteGroup: (id, cause, check) => store.write(tx => deleteGroup(begun(tx, cause), id, check)),
    findGroup: async id => (isKeyText(id) ? (await listedGroup(db, { id }))[0] : undefined),
    listGroups: page => listGroups(db, page),
    membersOf: ids => membersOf(db, ids),
    fewMembersOf: (ids, limit) => fewMembersOf(db, ids, limit),
    eachMember: id => eachMember(db, id),
  }
}
