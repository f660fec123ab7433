/** Reads a live account as far as a `bridge.yaml` can speak of it. Only reads. */
import type {
  AccountFacts,
  BindingFact,
  GroupFact,
  PermissionFact,
  PolicyFact,
} from '../../access/from-account/account-facts.ts'
import type { AccountGroup, AccountUser, Dynatrace, Level, Policy } from '../../dynatrace/dynatrace.ts'
import { messageOf } from '../../lib/errors.ts'
import { semaphore } from '../../lib/semaphore.ts'

/** Calls prepared at a time; how many are in flight is the client's own affair. */
const AHEAD = 16

/** @throws UpstreamError when users, groups, environments or bindings cannot be read; other gaps are in the answer. */
export async function readAccount(dynatrace: Dynatrace): Promise<AccountFacts> {
  const gaps: string[] = []
  const ahead = semaphore(AHEAD)
  const reading = { dynatrace, gaps, ahead: <T>(task: () => Promise<T>) => ahead(task) }
  const [users, listed, environments] = await Promise.all([
    dynatrace.users.list({ serviceUsers: true }),
    dynatrace.groups.list(),
    dynatrace.environments.list(),
  ])
  const active = environments.filter(each => each.active)
  const levels: readonly Level[] = [
    { kind: 'account' },
    ...active.map(({ id }) => ({ kind: 'environment' as const, id })),
  ]
  const [policies, boundaries, zones, bindings, apart, permissions] = await Promise.all([
    readPolicies([{ kind: 'global' }, ...levels], reading),
    tolerant('The boundaries', [], () => dynatrace.boundaries.list(), gaps),
    tolerant('The management zones', [], () => dynatrace.environments.managementZones(environments), gaps),
    readBindings(levels, reading),
    readApart(users, listed, reading),
    readPermissions(listed, reading),
  ])
  const groups = listed.map(({ id, name, description, owner }): GroupFact => {
    const roles = permissions.get(id)
    const hidden = roles === undefined ? 'its permissions could not be read' : undefined
    return {
      ...{ id, name, description, owner },
      bindings: bindings.get(id) ?? [],
      permissions: roles ?? [],
      apart: apart.groups.get(id) ?? hidden,
    }
  })
  const own = listed.filter(({ id }) => apart.own.has(id))
  return {
    accountId: dynatrace.accountId,
    environments,
    policies,
    boundaries: boundaries.map(each => ({ ...each, defined: true })),
    zones: zones.map(({ environment, id, name }) => ({ environmentId: environment.id, id, name })),
    groups,
    protect: {
      users: users.flatMap(({ email, emergencyContact }) => (emergencyContact ? [email] : [])).sort(),
      groups: own.map(({ name }) => name).sort(),
    },
    gaps,
  }
}

interface Reading {
  readonly dynatrace: Dynatrace
  readonly gaps: string[]
  readonly ahead: <T>(task: () => Promise<T>) => Promise<T>
}

async function readPolicies(levels: readonly Level[], reading: Reading): Promise<readonly PolicyFact[]> {
  const { dynatrace, gaps, ahead } = reading
  const lists = levels.map(level =>
    tolerant(`The policies of ${titleOf(level)}`, [], () => dynatrace.policies.list(level), gaps),
  )
  const withText = async (policy: Policy): Promise<PolicyFact> => {
    const defined = policy.level.kind !== 'global'
    const unknown = { ...policy, description: '', statement: undefined, defined }
    if (!defined) return unknown
    const read = () => dynatrace.policies.get(policy.level, policy.id)
    const found = await tolerant(`The policy "${policy.name}"`, undefined, read, gaps)
    return found === undefined
      ? unknown
      : { ...policy, description: found.description, statement: found.statement, defined }
  }
  const listed = (await Promise.all(lists)).flat()
  return Promise.all(listed.map(policy => ahead(() => withText(policy))))
}

/** By group. A rule that misses some would take them away one day, so that nothing is tolerated here. */
async function readBindings(
  levels: readonly Level[],
  { dynatrace, ahead }: Reading,
): Promise<ReadonlyMap<string, readonly BindingFact[]>> {
  const lists = await Promise.all(levels.map(level => ahead(() => dynatrace.bindings.list(level))))
  const found = new Map<string, BindingFact[]>()
  for (const { groupId, ...binding } of lists.flat()) {
    const known = found.get(groupId)
    if (known === undefined) found.set(groupId, [binding])
    else known.push(binding)
  }
  return found
}

/** Undefined for a group whose permissions could not be read. */
async function readPermissions(
  groups: readonly { readonly id: string; readonly name: string }[],
  { dynatrace, gaps, ahead }: Reading,
): Promise<ReadonlyMap<string, readonly PermissionFact[] | undefined>> {
  const read = groups.map(({ id, name }) =>
    ahead(async () => {
      const list = () => dynatrace.permissions.list(id)
      return [id, await tolerant(`The permissions of the group "${name}"`, undefined, list, gaps)] as const
    }),
  )
  return new Map(await Promise.all(read))
}

/** Groups of service users, and those that the bridge's own OAuth client lives on, by id. */
async function readApart(
  users: readonly AccountUser[],
  listed: readonly AccountGroup[],
  { dynatrace, gaps, ahead }: Reading,
) {
  const groups = new Map<string, string>()
  const own = new Set<string>()
  const service = await tolerant('The service users', [], () => dynatrace.serviceUsers.list(), gaps)
  const details = service.map(({ uid, name }) =>
    ahead(() =>
      tolerant(`The service user "${name}"`, undefined, () => dynatrace.serviceUsers.get(uid), gaps),
    ),
  )
  for (const each of await Promise.all(details)) {
    if (each?.groupId === undefined) continue
    groups.set(each.groupId, `it was made for the service user "${each.name}" alone`)
  }
  const uid = dynatrace.subject()
  const subject = users.find(each => each.uid === uid)
  if (subject === undefined) {
    gaps.push('Which user the OAuth client acts as is not known: name its groups under "protect"')
    return { groups, own }
  }
  const { email } = subject
  const held = await tolerant(`The groups of ${email}`, undefined, () => dynatrace.users.get(email), gaps)
  const isOfAll = new Set(listed.flatMap(({ id, owner }) => (owner === 'ALL_USERS' ? [id] : [])))
  for (const id of held?.groupIds ?? []) {
    if (isOfAll.has(id)) continue
    own.add(id)
    if (!groups.has(id))
      groups.set(id, `the OAuth client of the bridge lives on it (${email}), so it is protected`)
  }
  return { groups, own }
}

async function tolerant<T, U>(
  what: string,
  otherwise: U,
  read: () => Promise<T>,
  gaps: string[],
): Promise<T | U> {
  try {
    return await read()
  } catch (error) {
    gaps.push(`${what} could not be read (${messageOf(error)})`)
    return otherwise
  }
}

function titleOf(level: Level): string {
  return level.kind === 'environment' ? `environment ${level.id}` : `${level.kind} level`
}
