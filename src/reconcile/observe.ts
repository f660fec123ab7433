/**
 * Observed state: what the account holds of our groups, read within the scope of the pass.
 *
 * Reads fail closed. What every decision rests on (users, groups, environments) throws; what concerns
 * one group or level leaves a blind spot, in which `diff` sees no difference at all.
 */
import type { AccountGroup, AccountUser, Dynatrace, Level } from '../dynatrace/dynatrace.ts'
import { UpstreamError } from '../dynatrace/upstream-error.ts'
import { messageOf } from '../lib/errors.ts'
import { foldKey } from '../lib/fold.ts'
import { semaphore } from '../lib/semaphore.ts'
import { observeBindings, observePermissions } from './observe-rights.ts'
import type { GroupRef, State, StateGroup, StateUser } from './state.ts'

/** Where nothing may be concluded from what was read. */
export interface BlindSpots {
  readonly members: ReadonlySet<GroupRef>
  /** Groups whose members could not be read at all: nobody knows who would lose what. */
  readonly unread: ReadonlySet<GroupRef>
  readonly permissions: ReadonlySet<GroupRef>
  /** `groupLevelKey`s. */
  readonly bindings: ReadonlySet<string>
  /** Folded e-mails. */
  readonly users: ReadonlySet<string>
}

export interface ObservedState {
  readonly state: State
  readonly blind: BlindSpots
  /** Why there are blind spots. */
  readonly problems: readonly string[]
  /** Groups that hold service users, whose rights other automation (and our own) may live on. */
  readonly withServiceUsers: ReadonlyMap<GroupRef, readonly string[]>
  /** Users that Dynatrace will not let sign in or that are emergency contacts, by folded e-mail. */
  readonly emergencyContacts: ReadonlySet<string>
  /** What the account says of the people that were read, by folded e-mail. */
  readonly accountUsers: ReadonlyMap<string, AccountUser>
  /** Bindings of groups that are not ours, where levels were read whole. */
  readonly foreignBindings: number
  /** Groups whose members were read whole. */
  readonly whole: ReadonlySet<GroupRef>
}

export interface ObserveRequest {
  /** Groups whose name, bindings, permissions and members are wanted. */
  readonly groups: readonly AccountGroup[]
  /** All our groups: memberships of `emails` are wanted in these. */
  readonly managed: ReadonlySet<GroupRef>
  /** Folded e-mail → address, of people whose memberships in all our groups are wanted; undefined: everybody. */
  readonly people: ReadonlyMap<string, string> | undefined
  /** Folded e-mail → address, of people who must be in the account: is that so? */
  readonly needed: ReadonlyMap<string, string>
  /** Account level and active environments. */
  readonly levels: readonly Exclude<Level, { kind: 'global' }>[]
}

/** Service users have generated addresses under this domain (Dynatrace: service users). */
const SERVICE_USER_DOMAIN = '@service.sso.dynatrace.com'

/** Calls prepared at a time; how many are in flight is the client's own affair. */
const AHEAD = 16

/** Most answers leave the last sign-in out, and take nothing away from one that told it. */
export function note(user: AccountUser, known: Map<string, AccountUser>): void {
  const emailKey = foldKey(user.email)
  known.set(emailKey, { ...user, lastSignIn: user.lastSignIn ?? known.get(emailKey)?.lastSignIn })
}

export async function observe(dynatrace: Dynatrace, request: ObserveRequest): Promise<ObservedState> {
  const ahead = semaphore(AHEAD)
  const problems: string[] = []
  const blind = {
    members: new Set<GroupRef>(),
    unread: new Set<GroupRef>(),
    permissions: new Set<GroupRef>(),
    bindings: new Set<string>(),
    users: new Set<string>(),
  }
  const users = new Map<string, StateUser>()
  const members = new Map<GroupRef, Set<string>>()
  const withServiceUsers = new Map<GroupRef, string[]>()
  const emergencyContacts = new Set<string>()
  const accountUsers = new Map<string, AccountUser>()
  const whole = new Set<GroupRef>()

  const meet = (user: AccountUser) => {
    const emailKey = foldKey(user.email)
    users.set(emailKey, { emailKey, email: user.email })
    note(user, accountUsers)
    if (user.emergencyContact) emergencyContacts.add(emailKey)
  }
  const notLocal = new Set(request.groups.filter(group => group.owner !== 'LOCAL').map(group => group.id))
  const readMembers = async (ref: GroupRef) => {
    try {
      const found = await dynatrace.groups.members(ref)
      if (found === undefined) throw new UpstreamError('not-found', 'groups.members', `Group ${ref} is gone.`)
      const people = found.filter(user => !foldKey(user.email).endsWith(SERVICE_USER_DOMAIN))
      const others = found.filter(user => foldKey(user.email).endsWith(SERVICE_USER_DOMAIN))
      for (const user of people) meet(user)
      members.set(ref, new Set(people.map(user => foldKey(user.email))))
      whole.add(ref)
      // Members of a federated group come from sign-in claims; writing them would be undone or forbidden.
      if (notLocal.has(ref)) {
        problems.push(`Group ${ref} of ours is not a local group any more; its members are left alone.`)
        blind.members.add(ref)
      }
      if (others.length > 0)
        withServiceUsers.set(
          ref,
          others.map(user => user.email),
        )
    } catch (error) {
      problems.push(`The members of group ${ref} could not be read: ${messageOf(error)}`)
      blind.members.add(ref)
      blind.unread.add(ref)
    }
  }

  const wanted = request.groups.map(group => group.id)
  const readRights = Promise.all([
    observeBindings(
      dynatrace,
      { wanted: new Set(wanted), levels: request.levels, full: request.people === undefined },
      { problems, blind: blind.bindings },
    ),
    observePermissions(dynatrace, wanted, { problems, blind: blind.permissions }),
  ])
  await Promise.all(wanted.map(ref => ahead(() => readMembers(ref))))

  const rest = [...request.managed].filter(ref => !members.has(ref) && !blind.members.has(ref))
  const asked = new Map([
    ...(request.people ?? []),
    ...[...request.needed].filter(([key]) => !users.has(key)),
  ])
  const listing = 1 + (request.people === undefined || request.people.size > 0 ? rest.length : 0)
  if (request.people === undefined || asked.size > listing) {
    const all = await dynatrace.users.list()
    // The account owner is always there: an empty list is a failed read.
    if (all.length === 0) {
      throw new UpstreamError(
        'malformed',
        'users.list',
        'Dynatrace answered with no user at all; nothing is concluded from that.',
      )
    }
    for (const user of all) meet(user)
    // Somebody asked for by e-mail may be in any group of ours.
    if (listing > 1) await Promise.all(rest.map(ref => ahead(() => readMembers(ref))))
  } else {
    const within = new Set(rest)
    for (const ref of rest) members.set(ref, new Set())
    const readUser = async (emailKey: string, email: string) => {
      try {
        const user = await dynatrace.users.get(email)
        if (user === undefined) return
        meet(user)
        for (const ref of user.groupIds) if (within.has(ref)) members.get(ref)?.add(emailKey)
      } catch (error) {
        problems.push(`The user ${email} could not be read: ${messageOf(error)}`)
        blind.users.add(emailKey)
      }
    }
    await Promise.all([...asked].map(([emailKey, email]) => ahead(() => readUser(emailKey, email))))
  }

  const [rights, permissions] = await readRights
  const groups = new Map<GroupRef, StateGroup>(
    request.groups.map(({ id, name, description }) => [id, { ref: id, name, description }]),
  )
  return {
    state: { users, groups, members, bindings: rights.bindings, permissions },
    blind,
    problems,
    withServiceUsers,
    emergencyContacts,
    accountUsers,
    foreignBindings: rights.foreign,
    whole,
  }
}
