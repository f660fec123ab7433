/**
 * Okta as a catalogue app speaks SCIM: a lookup before every create, PATCH without a path and without members
 * for profiles, `members[value eq "…"]` for leavers of a group, and never a DELETE for users.
 */
import type { Connection } from '../connection.ts'
import type { Person } from './cast.ts'
import type { Narrator } from './narrator.ts'
import { type PatchOperation, scimSession } from './scim-session.ts'

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const PAGE = '&startIndex=1&count=100'

/** One Okta org, with what it remembers of the resources it made. */
export function okta(connection: Connection, narrator: Narrator) {
  const session = scimSession({
    connection,
    who: 'Okta',
    narrator,
    headers: {
      'user-agent': 'Okta SCIM Client 1.0.0',
      accept: 'application/scim+json',
      'accept-charset': 'utf-8',
      'accept-encoding': 'gzip,deflate',
    },
  })
  const users = new Map<string, string>()
  const groups = new Map<string, string>()
  const userPath = ({ userName }: Person) => `/Users/${users.get(userName) ?? ''}`
  const groupPath = (name: string) => `/Groups/${groups.get(name) ?? ''}`
  const member = ({ userName }: Person) => ({ value: users.get(userName) ?? '', display: userName })

  return {
    async testConnection(): Promise<void> {
      await session.find('/Users?startIndex=1&count=2')
      await session.find('/Groups?startIndex=1&count=100')
    },

    async assign(person: Person): Promise<void> {
      await session.find(`/Users?filter=${encodeURIComponent(`userName eq "${person.userName}"`)}${PAGE}`)
      const { id } = await session.create('/Users', userBody(person, users.size), { about: person.userName })
      users.set(person.userName, id)
    },

    /** Finds or creates the group, then fills it. */
    async pushGroup(displayName: string, members: readonly Person[]): Promise<void> {
      await session.find(`/Groups?filter=${encodeURIComponent(`displayName eq "${displayName}"`)}${PAGE}`)
      const body = { schemas: [GROUP], displayName, members: [] }
      const { id } = await session.create('/Groups', body, { about: displayName })
      groups.set(displayName, id)
      const value = members.map(member)
      await session.patch(groupPath(displayName), [{ op: 'add', path: 'members', value }], {
        about: displayName,
        note: membersNote(members, []),
      })
    },

    /** One PATCH, removals before additions. */
    async changeMembers(group: string, added: readonly Person[], removed: readonly Person[]): Promise<void> {
      const operations: readonly PatchOperation[] = [
        ...removed.map(each => ({ op: 'remove', path: `members[value eq "${member(each).value}"]` })),
        { op: 'add', path: 'members', value: added.map(member) },
      ]
      await session.patch(groupPath(group), operations, { about: group, note: membersNote(added, removed) })
    },

    /** The id inside the value is Okta's habit; no members are mentioned, and none may change. */
    async rename(from: string, displayName: string): Promise<void> {
      const id = groups.get(from) ?? ''
      await session.patch(groupPath(from), [{ op: 'replace', value: { id, displayName } }], {
        about: from,
        note: 'renamed',
      })
      groups.set(displayName, id)
    },

    async deactivate(person: Person): Promise<void> {
      await session.patch(userPath(person), [{ op: 'replace', value: { active: false } }], {
        about: person.userName,
      })
    },
  }
}

/** Attributes and order as Okta sends them: with empty groups, and with a random password the bridge drops. */
function userBody({ userName, given, family }: Person, index: number): object {
  return {
    schemas: [USER],
    userName,
    name: { givenName: given, familyName: family },
    emails: [{ primary: true, value: userName, type: 'work' }],
    displayName: `${given} ${family}`,
    locale: 'en-US',
    externalId: `00ujl29u0le5T6Aj10${String(index).padStart(2, '0')}`,
    groups: [],
    password: Math.random().toString(36).slice(2, 10),
    active: true,
  }
}

/** Who came and who went, by first name. */
export const membersNote = (added: readonly Person[], removed: readonly Person[]): string =>
  [...added.map(({ given }) => `+${given}`), ...removed.map(({ given }) => `-${given}`)].join(' ')
