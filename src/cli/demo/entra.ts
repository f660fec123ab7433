/**
 * Microsoft Entra ID as it speaks SCIM by default: capitalised operations, booleans as text, URNs in paths,
 * members with `$ref: null` and only by PATCH, and groups always read without their members.
 */
import { randomUUID } from 'node:crypto'
import type { Connection } from '../connection.ts'
import type { Person } from './cast.ts'
import type { Narrator } from './narrator.ts'
import { membersNote } from './okta.ts'
import { type PatchOperation, scimSession } from './scim-session.ts'

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
/** Sent with every group; no such schema is defined anywhere. */
const FOREIGN_GROUP = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'

/** One Entra tenant, with what it remembers of the resources it made. */
export type Entra = ReturnType<typeof entra>

export function entra(connection: Connection, narrator: Narrator) {
  const session = scimSession({
    connection,
    who: 'Entra',
    narrator,
    headers: { 'user-agent': 'Microsoft Azure AD SCIM provisioning', accept: 'application/scim+json' },
  })
  const users = new Map<string, string>()
  const groups = new Map<string, string>()
  const userPath = ({ userName }: Person) => `/Users/${users.get(userName) ?? ''}`
  const groupPath = (name: string) => `/Groups/${groups.get(name) ?? ''}`
  const members = (persons: readonly Person[]) =>
    persons.map(({ userName }) => ({ $ref: null, value: users.get(userName) ?? '' }))
  const findUser = (userName: string) =>
    session.find(`/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`)
  const findGroup = (name: string) =>
    session.find(
      `/Groups?excludedAttributes=members&filter=${encodeURIComponent(`displayName eq "${name}"`)}`,
    )

  return {
    /** Looks for what cannot be there: an empty list is the right answer, 404 would mean quarantine. */
    async testConnection(): Promise<void> {
      await findUser(randomUUID())
      await findGroup(randomUUID())
    },

    async assign(person: Person): Promise<void> {
      await findUser(person.userName)
      const { id } = await session.create('/Users', userBody(person), { about: person.userName })
      users.set(person.userName, id)
    },

    async provisionGroup(displayName: string, persons: readonly Person[]): Promise<void> {
      await findGroup(displayName)
      const body = {
        schemas: [GROUP, FOREIGN_GROUP],
        externalId: randomUUID(),
        displayName,
        meta: { resourceType: 'Group' },
      }
      const { id } = await session.create('/Groups', body, { about: displayName })
      groups.set(displayName, id)
      const operation = { op: 'Add', path: 'members', value: members(persons) }
      await session.patch(groupPath(displayName), [operation], {
        about: displayName,
        note: membersNote(persons, []),
      })
    },

    async changeMembers(group: string, added: readonly Person[], removed: readonly Person[]): Promise<void> {
      const operations: readonly PatchOperation[] = [
        { op: 'Remove', path: 'members', value: members(removed) },
        { op: 'Add', path: 'members', value: members(added) },
      ]
      await session.patch(groupPath(group), operations, { about: group, note: membersNote(added, removed) })
    },

    async rename(from: string, displayName: string): Promise<void> {
      const operation = { op: 'Replace', path: 'displayName', value: displayName }
      await session.patch(groupPath(from), [operation], { about: from, note: 'renamed' })
      groups.set(displayName, groups.get(from) ?? '')
    },

    async changeProfile(person: Person, family: string, department: string): Promise<void> {
      const operations: readonly PatchOperation[] = [
        { op: 'Replace', path: 'name.familyName', value: family },
        { op: 'Add', path: `${ENTERPRISE}:department`, value: department },
      ]
      await session.patch(userPath(person), operations, { about: person.userName })
    },

    async disable(person: Person): Promise<void> {
      const operation = { op: 'Replace', path: 'active', value: 'False' }
      await session.patch(userPath(person), [operation], { about: person.userName })
    },

    async deleteGroup(displayName: string): Promise<void> {
      await session.remove(groupPath(displayName), { about: displayName })
    },
  }
}

function userBody({ userName, given, family }: Person): object {
  return {
    schemas: [USER, ENTERPRISE],
    externalId: randomUUID(),
    userName,
    active: true,
    emails: [{ primary: true, type: 'work', value: userName }],
    meta: { resourceType: 'User' },
    name: { formatted: `${given} ${family}`, familyName: family, givenName: given },
    roles: [],
  }
}
