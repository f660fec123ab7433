/**
 * The state of the simulated account: plain maps with the indexes that keep 10,000 users in 5,000 groups quick.
 * What it holds and what may happen to it is in `account/`, one file per kind.
 */
import type { Clock } from '../lib/clock.ts'
import { foldKey } from '../lib/fold.ts'
import type { EnvironmentEvent } from './account/environment-audit.ts'
import type { ApiToken, Document } from './account/environment-objects.ts'
import type {
  Allowlist,
  Binding,
  Boundary,
  Environment,
  Group,
  Identity,
  Level,
  Permission,
  Policy,
  User,
} from './account/objects.ts'
import type { PlatformToken } from './account/platform-tokens.ts'
import type { AuditEvent } from './audit.ts'
import { notFound } from './rejection.ts'
import { defaultSwitches, type Switches } from './switches.ts'

export interface Account {
  readonly uuid: string
  readonly name: string
  readonly clock: Clock
  /** Cannot be removed from the account. */
  readonly ownerEmail: string
  /** The user the OAuth client acts as. */
  subjectEmail: string
  /** How the account answers open questions; set by `useSwitches`, as one of them is how users are found. */
  switches: Switches
  readonly environments: Map<string, Environment>
  /** By e-mail, folded unless letter case counts; service users included. */
  readonly users: Map<string, User>
  readonly userKeyByUid: Map<string, string>
  readonly identities: Map<string, Identity>
  readonly groups: Map<string, Group>
  readonly groupIdByName: Map<string, string>
  /** Ids of the groups of owner ALL_USERS: in practice one. */
  readonly everybodyIds: Set<string>
  /** Explicit memberships both ways; the ALL_USERS group is never in them. */
  readonly groupsOfUser: Map<string, Set<string>>
  readonly membersOfGroup: Map<string, Set<string>>
  readonly permissions: Map<string, readonly Permission[]>
  readonly policies: Map<string, Policy>
  readonly boundaries: Map<string, Boundary>
  /** By level key, then by group. */
  readonly bindings: Map<string, Map<string, readonly Binding[]>>
  readonly audit: AuditEvent[]
  /** Access tokens of environments, by id. */
  readonly apiTokens: Map<string, ApiToken>
  readonly platformTokens: Map<string, PlatformToken>
  /** By environment and id. */
  readonly documents: Map<string, Document>
  /** By environment; without an entry every address is let in. */
  readonly allowlists: Map<string, Allowlist>
  readonly environmentAudit: EnvironmentEvent[]
}

/** An account with nothing in it; `seed/` fills it. */
export function emptyAccount(
  identity: Pick<Account, 'uuid' | 'name' | 'ownerEmail' | 'subjectEmail' | 'clock'>,
): Account {
  return {
    ...identity,
    switches: defaultSwitches,
    environments: new Map(),
    users: new Map(),
    userKeyByUid: new Map(),
    identities: new Map(),
    groups: new Map(),
    groupIdByName: new Map(),
    everybodyIds: new Set(),
    groupsOfUser: new Map(),
    membersOfGroup: new Map(),
    permissions: new Map(),
    policies: new Map(),
    boundaries: new Map(),
    bindings: new Map(),
    audit: [],
    apiTokens: new Map(),
    platformTokens: new Map(),
    documents: new Map(),
    allowlists: new Map(),
    environmentAudit: [],
  }
}

/** The time now as the API writes it. */
export const timestamp = (account: Account): string => account.clock.now().toISOString()

/** The key under which the account keeps a user: letter case counts only if a switch says so. */
export const emailKey = (account: Pick<Account, 'switches'>, email: string): string =>
  account.switches.emailCase === 'exact' ? email : foldKey(email)

/** As `userByEmail`, undefined when there is none. */
export const findUser = (account: Account, email: string): User | undefined =>
  account.users.get(emailKey(account, email))

/** The user with this e-mail, in any letter case unless it counts. */
export function userByEmail(account: Account, email: string): User {
  const user = findUser(account, email)
  if (user === undefined) throw notFound(`User ${email} not found`)
  return user
}

export function userByUid(account: Account, uid: string): User | undefined {
  const key = account.userKeyByUid.get(uid)
  return key === undefined ? undefined : account.users.get(key)
}

export function groupById(account: Account, uuid: string): Group {
  const group = account.groups.get(uuid)
  if (group === undefined) throw notFound(`Group ${uuid} not found`)
  return group
}

export const levelKey = (level: Level): string => `${level.type}/${level.id}`
