/** An account as large as Dynatrace allows, or of any size below: invented people, groups and rights, the same in every run. */
import { storeBindings } from '../account/binding-store.ts'
import { createBoundary } from '../account/boundaries.ts'
import { insertGroup } from '../account/groups.ts'
import { accountLevel } from '../account/levels.ts'
import { limits } from '../account/limits.ts'
import { join } from '../account/memberships.ts'
import type { Binding, Group, Level } from '../account/objects.ts'
import { createPolicy, policiesAt } from '../account/policies.ts'
import { addUser } from '../account/users.ts'
import type { Account } from '../account.ts'
import { badRequest } from '../rejection.ts'
import { fixedId } from './fixed-id.ts'

/** How much there is in the account, all told: people without service users, groups with the built-in ones. */
interface AccountSize {
  readonly users: number
  readonly groups: number
  readonly bindings: number
}

/** A size of which what is left out is as much as an account can have. */
export type SomeSize = { readonly [Part in keyof AccountSize]?: number | undefined }

/** The limits of an account. */
const largest: AccountSize = {
  users: limits.users,
  groups: limits.groups,
  bindings: limits.bindingsPerLevel,
}

const seed = { kind: 'seed' } as const
const teams = 100

/**
 * Fills a new account up to a size. Everybody is in three groups, and each group has its share of the bindings: one of
 * them for its team, with a parameter and a boundary, every fifth at an environment. Throws a 400 for a size that no account can have.
 */
export function fill(account: Account, some: SomeSize): void {
  const size = {
    users: some.users ?? largest.users,
    groups: some.groups ?? largest.groups,
    bindings: some.bindings ?? largest.bindings,
  }
  checkSize(account, size)
  const policy = createPolicy(account, seed, accountLevel(account), teamData, fixedId('4', 1))
  const boundaries = Array.from({ length: teams }, (_, nth) => {
    const given = {
      name: `team ${nth + 1}`,
      boundaryQuery: `storage:dt.security_context = "team-${nth + 1}";`,
    }
    return createBoundary(account, seed, given, fixedId('8', nth + 1)).uuid
  })
  const groups = addGroups(account, size.groups)
  addUsers(account, groups, size.users)
  const shared = policiesAt(account, { type: 'global', id: 'global' }).map(one => one.uuid)
  for (const [nth, group] of groups.entries()) {
    const share = Math.floor(size.bindings / groups.length) + (nth < size.bindings % groups.length ? 1 : 0)
    if (share === 0) continue
    const team = nth % teams
    const own: Binding = {
      ...plain(policy.uuid, group),
      parameters: { team: `team-${team + 1}` },
      boundaries: boundaries.slice(team, team + 1),
    }
    const rest = Array.from({ length: share - 1 }, (_, place) => plain(shared[place] ?? policy.uuid, group))
    const [here, there] = [
      rest.filter((_, place) => place % 5 !== 4),
      rest.filter((_, place) => place % 5 === 4),
    ]
    storeBindings(account, seed, accountLevel(account), group.uuid, [own, ...here])
    if (there.length > 0) storeBindings(account, seed, environmentOf(account, nth), group.uuid, there)
  }
}

const teamData = {
  name: 'team data',
  description: 'Logs and buckets of one team',
  statementQuery:
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the vendor's placeholder syntax
    'ALLOW storage:buckets:read, storage:logs:read WHERE storage:dt.security_context = "${bindParam:team}";',
}

function addGroups(account: Account, total: number): readonly Group[] {
  const builtIn = account.groups.size
  return Array.from({ length: total - builtIn }, (_, nth) =>
    insertGroup(account, seed, {
      uuid: fixedId('e', nth + 1),
      name: `group ${String(nth + 1).padStart(4, '0')}`,
      description: `Team ${(nth % teams) + 1}`,
      owner: 'LOCAL',
    }),
  )
}

function addUsers(account: Account, groups: readonly Group[], total: number): void {
  const people = [...account.users.values()].filter(user => user.kind === 'person').length
  for (let nth = 1; nth <= total - people; nth += 1) {
    const number = String(nth).padStart(5, '0')
    const user = addUser(account, seed, {
      email: `user.${number}@acme.example`,
      uid: fixedId('6', nth),
      name: 'User',
      surname: number,
      status: nth % 50 === 0 ? 'PENDING' : 'ACTIVE',
    })
    for (const step of [0, 1, 2]) {
      const group = groups[(nth * 7 + step * 1_009) % Math.max(groups.length, 1)]
      if (group !== undefined) join(account, seed, user, group)
    }
  }
}

function checkSize(account: Account, { users, groups, bindings }: AccountSize): void {
  const people = [...account.users.values()].filter(user => user.kind === 'person').length
  check('users', users, people, largest.users)
  check('groups', groups, account.groups.size, largest.groups)
  // A group can be bound once to each of the built-in policies, and to the one of its team.
  const each = policiesAt(account, { type: 'global', id: 'global' }).length + 1
  check('bindings', bindings, 0, Math.min(largest.bindings, (groups - account.groups.size) * each))
}

function check(what: string, given: number, least: number, most: number): void {
  if (Number.isSafeInteger(given) && given >= least && given <= most) return
  throw badRequest(`An account cannot have ${given} ${what} here: give ${least} to ${most}`)
}

const plain = (policyUuid: string, group: Group): Binding => ({
  policyUuid,
  groupUuid: group.uuid,
  parameters: {},
  metadata: {},
  boundaries: [],
})

function environmentOf(account: Account, nth: number): Level {
  const active = [...account.environments.values()].filter(one => one.active)
  return { type: 'environment', id: active[nth % active.length]?.id ?? account.uuid }
}
