/** Every call that only reads and that the bridge relies on, made once, and held against what is promised of it. */
import type { AccountGroup, AccountUser, Binding, Dynatrace, Level } from '../dynatrace.ts'
import type { Facts } from './facts.ts'
import { asPromised, differs, notSeen, type Sight } from './sight.ts'

export interface Eyes {
  readonly dynatrace: Dynatrace
  readonly facts: Facts
  /** The user that the client acts as, where it was found. */
  readonly subject: AccountUser | undefined
  /** Uid of that user, as the token says it. */
  readonly uid: string | undefined
  readonly now: Date
}

export interface Look {
  /** Name of the operation in the contract. */
  readonly operation: string
  /** All of them are needed. */
  readonly scopes: readonly string[]
  readonly look: (eyes: Eyes) => Promise<Sight>
}

const ACCOUNT: Level = { kind: 'account' }
const NO_GROUP = 'there is no group to look at'
const IDM = 'account-idm-read'
const POLICIES = 'iam-policies-management'

export const READS: readonly Look[] = [
  read('environments.list', 'account-env-read', async ({ facts }) =>
    someOf(await facts.environments(), 'no environment at all'),
  ),
  read('environments.managementZones', 'account-env-read', async ({ dynatrace }) =>
    any(await dynatrace.environments.managementZones()),
  ),
  read('groups.list', IDM, async ({ facts }) =>
    someOf(await facts.groups(), 'no group at all, not even that of all users'),
  ),
  read('groups.members', IDM, async eyes => {
    const group = await someGroup(eyes)
    if (group === undefined) return notSeen(NO_GROUP)
    return found(await eyes.dynatrace.groups.members(group.id), `the listed group "${group.name}" is unknown`)
  }),
  read('permissions.list', IDM, async eyes => {
    const group = await someGroup(eyes)
    if (group === undefined) return notSeen(NO_GROUP)
    return found(
      await eyes.dynatrace.permissions.list(group.id),
      `the listed group "${group.name}" is unknown`,
    )
  }),
  read('reference.permissions', IDM, async ({ dynatrace }) => {
    const all = await dynatrace.reference.permissions()
    return all.some(({ id }) => id === 'account-user-management')
      ? asPromised
      : differs('it does not know account-user-management')
  }),
  read('users.list', IDM, async ({ facts }) => someOf(await facts.users(), 'no user at all')),
  read('users.get', IDM, async eyes => {
    const user = eyes.subject ?? (await eyes.facts.users())[0]
    if (user === undefined) return notSeen('there is no user to look at')
    const one = await eyes.dynatrace.users.get(user.email)
    if (one === undefined) return differs(`the listed user ${user.email} is unknown`)
    return one.uid === user.uid ? asPromised : differs(`${user.email} has another uid than in the list`)
  }),
  read('serviceUsers.list', IDM, async ({ facts }) => any(await facts.serviceUsers())),
  read('serviceUsers.get', IDM, async ({ dynatrace, facts }) => {
    const [one] = await facts.serviceUsers()
    if (one === undefined) return notSeen('the account has no service user')
    return found(
      await dynatrace.serviceUsers.get(one.uid),
      `the listed service user "${one.name}" is unknown`,
    )
  }),
  read('limits.account', IDM, async ({ dynatrace }) =>
    someOf(await dynatrace.limits.account(), 'no limit at all'),
  ),
  read('limits.level', POLICIES, async ({ facts }) => {
    const { policies, bindings } = await facts.limits(ACCOUNT)
    return policies === undefined || bindings === undefined
      ? differs('policies or bindings are not among the limits')
      : asPromised
  }),
  read('policies.list', POLICIES, async ({ facts }) =>
    someOf(await facts.policies({ kind: 'global' }), 'no policy of Dynatrace itself'),
  ),
  read('policies.aggregate', POLICIES, async ({ dynatrace, facts }) => {
    const own = await facts.policies(ACCOUNT)
    const all = new Set((await dynatrace.policies.aggregate(ACCOUNT)).map(({ id }) => id))
    return own.every(({ id }) => all.has(id)) ? asPromised : differs('policies of the account are not in it')
  }),
  read('policies.get', POLICIES, async ({ dynatrace, facts }) => {
    const [own] = await facts.policies(ACCOUNT)
    const [policy] = own === undefined ? await facts.policies({ kind: 'global' }) : [own]
    if (policy === undefined) return notSeen('there is no policy to look at')
    return found(
      await dynatrace.policies.get(policy.level, policy.id),
      `the listed policy "${policy.name}" is unknown`,
    )
  }),
  read('bindings.list', POLICIES, async ({ facts }) => any(await facts.bindings(ACCOUNT))),
  read('bindings.ofGroup', POLICIES, async eyes => {
    const one = await someBinding(eyes)
    if (one === undefined) return notSeen('no group has a binding')
    return any(await eyes.dynatrace.bindings.ofGroup(one.level, one.groupId))
  }),
  read('boundaries.list', POLICIES, async ({ facts }) => any(await facts.boundaries())),
  read('boundaries.get', POLICIES, async ({ dynatrace, facts }) => {
    const [one] = await facts.boundaries()
    if (one === undefined) return notSeen('the account has no boundary')
    return found(await dynatrace.boundaries.get(one.id), `the listed boundary "${one.name}" is unknown`)
  }),
  read('effectivePermissions.list', POLICIES, async ({ dynatrace, subject }) => {
    if (subject === undefined) return notSeen('the subject user is not known')
    const entity = { kind: 'user', uid: subject.uid } as const
    return found(
      await dynatrace.effectivePermissions.list(ACCOUNT, entity),
      `the listed user ${subject.email} is unknown`,
    )
  }),
  read('audit.query', 'account-audit-logs-read', async ({ dynatrace, now }) => {
    const from = new Date(now.getTime() - LOOK_BACK_MS)
    await dynatrace.audit.query({ filter: "resource = 'GROUP'", from, atMost: 50 })
    return asPromised
  }),
  read('platformTokens.list', 'platform-token:tokens:manage', async ({ dynatrace }) =>
    any(await dynatrace.platformTokens.list()),
  ),
  read('apiTokens.list', 'environment-api:api-tokens:read', async ({ dynatrace, facts }) =>
    everywhere(facts, id => dynatrace.apiTokens.list(id)),
  ),
  read(
    'documents.ownedBy',
    ['document:documents:read', 'document:documents:admin'],
    async ({ dynatrace, facts, uid }) =>
      uid === undefined
        ? notSeen('the token does not say whose documents could be looked for')
        : everywhere(facts, id => dynatrace.documents.ownedBy(id, uid)),
  ),
]

/** How far back the audit log is looked at. */
export const LOOK_BACK_MS = 30 * 24 * 3_600_000

function read(operation: string, scopes: string | readonly string[], look: Look['look']): Look {
  return { operation, scopes: typeof scopes === 'string' ? [scopes] : scopes, look }
}

/** That it was decoded is all there is to see. */
const any = (_: readonly unknown[]): Sight => asPromised

const someOf = (list: readonly unknown[], none: string): Sight =>
  list.length > 0 ? asPromised : differs(`it answers with ${none}`)

const found = (thing: unknown, missing: string): Sight =>
  thing === undefined ? differs(missing) : asPromised

async function everywhere(facts: Facts, look: (environmentId: string) => Promise<unknown>): Promise<Sight> {
  const active = await facts.activeEnvironments()
  if (active.length === 0) return notSeen('there is no active environment')
  await Promise.all(active.map(({ id }) => look(id)))
  return asPromised
}

/** One that the subject is in, if possible: that has a member for certain. */
export async function someGroup({ facts, dynatrace, subject }: Eyes): Promise<AccountGroup | undefined> {
  const groups = await facts.groups()
  const own = subject === undefined ? undefined : await dynatrace.users.get(subject.email)
  const ids = new Set(own?.groupIds)
  return groups.find(({ id, owner }) => ids.has(id) && owner !== 'ALL_USERS') ?? groups[0]
}

/** Of a group with several, if possible. */
export async function someBinding({ facts }: Eyes): Promise<Binding | undefined> {
  const levels: readonly Level[] = [
    ACCOUNT,
    // Without them the account alone has to do.
    ...(await facts.activeEnvironments().catch(() => [])).map(({ id }) => ({
      kind: 'environment' as const,
      id,
    })),
  ]
  const all = (await Promise.all(levels.map(level => facts.bindings(level)))).flat()
  const weight = ({ parameters, boundaryIds }: Binding) => Object.keys(parameters).length + boundaryIds.length
  return all.toSorted((a, b) => weight(b) - weight(a))[0]
}
