/** The person's effective permissions as Dynatrace itself evaluates them, one place at a time. */
import { z } from 'zod'
import type { HeldStatement, Known } from '../../access/explain/evidence.ts'
import type { Place } from '../../access/impact/side.ts'
import type { AccountUser, Dynatrace } from '../../dynatrace/dynatrace.ts'
import type { EffectivePermission } from '../../dynatrace/types/effective-permission.ts'
import { serviceOf } from '../../policy/catalogue.ts'
import type { Condition } from '../../policy/statement.ts'
import type { GroupsRead } from './groups.ts'
import { tried } from './known.ts'

const operator = z.enum(['EQ', 'NEQ', 'IN', 'NOT_IN', 'STARTS_WITH', 'NOT_STARTS_WITH', 'MATCH', 'LT', 'GT'])

/** By id of the environment, empty for the account. */
export async function heldEffective(
  asked: { readonly permission: string; readonly places: readonly Place[] },
  account: {
    readonly dynatrace: Dynatrace
    readonly user: Known<AccountUser | undefined>
    readonly groups: GroupsRead
  },
): Promise<ReadonlyMap<string, Known<readonly HeldStatement[]>>> {
  const { dynatrace, user, groups } = account
  const read = async (place: Place): Promise<Known<readonly HeldStatement[]>> => {
    if (user.kind === 'unread') return user
    if (user.value === undefined) return unread('Dynatrace does not know the person.')
    const { uid } = user.value
    const service = serviceOf(asked.permission)
    const answer = await tried(() =>
      dynatrace.effectivePermissions.list(place, { kind: 'user', uid }, service),
    )
    if (answer.kind === 'unread') return answer
    if (answer.value === undefined) return unread('Dynatrace has no effective permissions for the person.')
    return statementsOf(
      answer.value.filter(({ permission }) => permission === asked.permission),
      groups,
    )
  }
  const found = await Promise.all(
    asked.places.map(async place => [place.kind === 'account' ? '' : place.id, await read(place)] as const),
  )
  return new Map(found)
}

function statementsOf(
  permissions: readonly EffectivePermission[],
  { names }: GroupsRead,
): Known<readonly HeldStatement[]> {
  const statements: HeldStatement[] = []
  for (const { permission, effects } of permissions) {
    for (const { effect, conditions: given, sources } of effects) {
      const conditions: Condition[] = []
      for (const { name, operator: symbol, values } of given) {
        const read = operator.safeParse(symbol)
        if (!read.success)
          return unread(`Dynatrace answered with the operator ${symbol}, which the bridge does not know.`)
        conditions.push({ name, operator: read.data, values })
      }
      for (const { policy, binding } of sources) {
        const group = names.get(binding.groupId) ?? binding.groupId
        statements.push({ effect, permission, conditions, group, policy: policy.name })
      }
    }
  }
  return { kind: 'read', value: statements }
}

const unread = (why: string): { readonly kind: 'unread'; readonly why: string } => ({ kind: 'unread', why })
