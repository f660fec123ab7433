/** What has been read so far of an account under observation: filled by the readers of its parts. */
import type { AccountUser } from '../../dynatrace/dynatrace.ts'
import type { GroupRef, StateUser } from '../state.ts'
import type { ObserveRequest } from './observed.ts'

export interface Sight {
  readonly request: ObserveRequest
  /** Groups asked for whose members come from elsewhere. */
  readonly notLocal: ReadonlySet<GroupRef>
  readonly problems: string[]
  readonly blind: {
    readonly members: Set<GroupRef>
    readonly unread: Set<GroupRef>
    readonly permissions: Set<GroupRef>
    readonly bindings: Set<string>
    readonly users: Set<string>
  }
  readonly users: Map<string, StateUser>
  readonly members: Map<GroupRef, ReadonlySet<string>>
  readonly withServiceUsers: Map<GroupRef, readonly string[]>
  readonly emergencyContacts: Set<string>
  readonly accountUsers: Map<string, AccountUser>
  readonly whole: Set<GroupRef>
}

/** Nothing has been read yet. */
export const newSight = (request: ObserveRequest): Sight => ({
  request,
  notLocal: new Set(request.groups.filter(group => group.owner !== 'LOCAL').map(group => group.id)),
  problems: [],
  blind: {
    members: new Set(),
    unread: new Set(),
    permissions: new Set(),
    bindings: new Set(),
    users: new Set(),
  },
  users: new Map(),
  members: new Map(),
  withServiceUsers: new Map(),
  emergencyContacts: new Set(),
  accountUsers: new Map(),
  whole: new Set(),
})
