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
import { inTurns, type Work } from '../lib/turns.ts'
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
  /** By folded e-mail, people who must be in the account: is that so? */
  readonly needed: ReadonlyMap<string, StateUser>
  /** Members as they should be. Those that are found just so are told with this very set. */
  readonly expected: ReadonlyMap<GroupRef, ReadonlySet<string>>
  /** Account level and active environments. */
  readonly levels: readonly Exclude<Level, { kind: 'global' }>[]
}

/** Service users have generated addresses under this domain (Dynatrace: service users). */
const SERVICE_USER_DOMAIN = '@service.sso.dynatrace.com'

/** Users looked at before the loop may go on with something else. */
const USERS_A_STEP = 200

/** Calls prepared at a time; how many are in flight is the client's own affair. */
const AHEAD = 16

/** Most answers leave the last sign-in out, and take nothing away from one that told it. */
export function note(
  user: AccountUser,
  known: Map<string, AccountUser>,
  emailKey = foldKey(user.email),
): void {
  const before = known.get(emailKey)
  const lastSignIn = user.lastSignIn ?? before?.lastSignIn
  const { uid, email, status, emergencyContact } = user
  const isKnown = before?.uid === uid && before.email === email && before.lastSignIn === lastSignIn
  if (isKnown && before.status === status && before.emergencyContact === emergencyContact) return
  known.set(emailKey, lastSignIn === user.lastSignIn ? user : { ...user, lastSignIn })
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
  const members = new Map<GroupRef, ReadonlySet<string>>()
  const withServiceUsers = new Map<GroupRef, string[]>()
  const emergencyContacts = new Set<string>()
  const accountUsers = new Map<string, AccountUser>()
  const whole = new Set<GroupRef>()

  /** Answers the key as it is held already: in a large account the same few texts are in many groups. */
  const meet = (user: AccountUser, folded = foldKey(user.email)): string => {
    const before = users.get(folded)
    const known = before ?? request.needed.get(folded)
    const met =
      known?.email === user.email ? known : { emailKey: known?.emailKey ?? folded, email: user.email }
    if (met !== before) users.set(met.emailKey, met)
    note(user, accountUsers, met.emailKey)
    if (user.emergencyContact) emergencyContacts.add(met.emailKey)
    return met.emailKey
  }
  function* meetAll(
    found: readonly AccountUser[],
  ): Work<{ readonly people: Set<string>; readonly service: string[] }> {
    const people = new Set<string>()
    const service: string[] = []
    for (const [nth, user] of found.entries()) {
      const folded = foldKey(user.email)
      if (folded.endsWith(SERVICE_USER_DOMAIN)) service.push(user.email)
      else people.add(meet(user, folded))
      if (nth % USERS_A_STEP === 0) yield
    }
    return { people, service }
  }
  const notLocal = new Set(request.groups.filter(group => group.owner !== 'LOCAL').map(group => group.id))
  const readMembers = async (ref: GroupRef) => {
    try {
      const found = await dynatrace.groups.members(ref)
      if (found === undefined) throw new UpstreamError('not-found', 'groups.members', `Group ${ref} is gone.`)
      const { people, service } = await inTurns(meetAll(found))
      const expected = request.expected.get(ref)
      members.set(ref, expected !== undefined && isSame(expected, people) ? expected : people)
      whole.add(ref)
      // Members of a federated group come from sign-in claims; writing them would be undone or forbidden.
      if (notLocal.has(ref)) {
        problems.push(`Group ${ref} of ours is not a local group any more; its members are left alone.`)
        blind.members.add(ref)
      }
      if (service.length > 0) withServiceUsers.set(ref, service)
    } catch (error) {
      problems.push(`The members of group ${ref} could not be read: ${messageOf(error)}`)
      blind.members.add(ref)
      blind.unread.add(ref)
    }
  }

  const readEverybody = async () => {
    const all = await dynatrace.users.list()
    // The account owner is always there: an empty list is a failed read.
    if (all.length === 0) {
      throw new UpstreamError(
        'malformed',
        'users.list',
        'Dynatrace answered with no user at all; nothing is concluded from that.',
      )
    }
    await inTurns(meetAll(all))
  }

  const full = request.people === undefined
  const wanted = request.groups.map(group => group.id)
  const readRights = Promise.all([
    observeBindings(
      dynatrace,
      { wanted: new Set(wanted), levels: request.levels, full },
      { problems, blind: blind.bindings },
    ),
    observePermissions(dynatrace, wanted, { problems, blind: blind.permissions }),
  ])
  // First, so that all groups find these people met.
  if (full) await readEverybody()
  await Promise.all(wanted.map(ref => ahead(() => readMembers(ref))))

  const rest = [...request.managed].filter(ref => !members.has(ref) && !blind.members.has(ref))
  const listing = 1 + (request.people === undefined || request.people.size > 0 ? rest.length : 0)
  const missing = request.needed.values().filter(({ emailKey }) => !users.has(emailKey))
  const asked = new Map([
    ...(request.people ?? []),
    ...(full ? [] : missing.map(({ emailKey, email }) => [emailKey, email] as const)),
  ])
  if (full || asked.size > listing) {
    if (!full) await readEverybody()
    // Somebody asked for by e-mail may be in any group of ours.
    if (listing > 1) await Promise.all(rest.map(ref => ahead(() => readMembers(ref))))
  } else {
    const within = new Map(rest.map(ref => [ref, new Set<string>()]))
    for (const [ref, own] of within) members.set(ref, own)
    const readUser = async (emailKey: string, email: string) => {
      try {
        const user = await dynatrace.users.get(email)
        if (user === undefined) return
        meet(user)
        for (const ref of user.groupIds) within.get(ref)?.add(emailKey)
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

const isSame = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === other.size && one.isSubsetOf(other)
