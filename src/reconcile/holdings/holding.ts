/**
 * What somebody or a group has in the account: that a group is there and what it is called, that a person is in it or in the
 * account, what is bound or granted to it. Two holdings are the same when group, kind and subject are.
 */
import { z } from 'zod'
import { sha256 } from '../../lib/digest.ts'
import type { Disguise } from '../../store/disguise.ts'
import type { HoldingRow } from '../../store/tables.ts'
import { bindingKey, permissionKey } from '../keys.ts'
import type { StateBinding, StatePermission } from '../state.ts'

export type HoldingKind = HoldingRow['kind']

/** The pseudo group of those who are in the account. */
export const ACCOUNT = ''

const place = z.union([
  z.literal('account'),
  z.object({ id: z.string(), name: z.string().describe('As it was called when the right came about.') }),
])

/** What a holding says, with names as they were when it came about. */
export const detailSchema = z.union([
  z.object({
    policy: z.string(),
    policyId: z.string(),
    on: place,
    parameters: z.record(z.string(), z.string()),
    boundaries: z.array(z.string()).readonly(),
  }),
  z.object({ role: z.string(), on: place, zone: z.string().optional() }),
  z.object({ name: z.string() }),
  z.strictObject({}),
])

export type Detail = z.output<typeof detailSchema>

/** A holding as it is compared and stored. */
export interface Holding {
  readonly kind: HoldingKind
  /** uuid; `ACCOUNT` for who is in the account. */
  readonly groupId: string
  readonly subject: string
  /** Folded address of the person that it is about, if it is about one. */
  readonly person?: string
  readonly detail: () => Detail
}

/** The names that details are told with. */
export interface Names {
  /** Of a policy or boundary. */
  readonly definition: (id: string) => string
  readonly environment: (id: string) => string
}

const nothing = (): Detail => ({})
const subjectOf = (text: string): string => sha256(text).slice(0, 32)

export const groupHolding = (groupId: string, name: string): Holding => ({
  kind: 'group',
  groupId,
  subject: subjectOf(name),
  detail: () => ({ name }),
})

export const memberHolding = (groupId: string, emailKey: string, { tokenOf }: Disguise): Holding => ({
  kind: 'member',
  groupId,
  subject: tokenOf(emailKey),
  person: emailKey,
  detail: nothing,
})

export const userHolding = (emailKey: string, { tokenOf }: Disguise): Holding => ({
  kind: 'account-user',
  groupId: ACCOUNT,
  subject: tokenOf(emailKey),
  person: emailKey,
  detail: nothing,
})

/** `key` is its `bindingKey`, where that is known already: it names the group by `groupId`. */
export function bindingHolding(
  groupId: string,
  binding: StateBinding,
  names: Names,
  key = bindingKey({ ...binding, group: groupId }),
): Holding {
  const { level, policyId, parameters, boundaryIds } = binding
  return {
    kind: 'binding',
    groupId,
    subject: subjectOf(`${key} ${boundaryIds.join()}`),
    detail: () => ({
      policy: names.definition(policyId),
      policyId,
      on: level.kind === 'account' ? 'account' : { id: level.id, name: names.environment(level.id) },
      parameters,
      boundaries: boundaryIds.map(names.definition),
    }),
  }
}

export function permissionHolding(
  groupId: string,
  permission: StatePermission,
  names: Names,
  key = permissionKey({ ...permission, group: groupId }),
): Holding {
  const { role, scopeType, scope } = permission
  return {
    kind: 'permission',
    groupId,
    subject: subjectOf(key),
    detail() {
      if (scopeType === 'account') return { role, on: 'account' }
      const [id = '', zone] = scope.split(':')
      return { role, on: { id, name: names.environment(id) }, ...(zone === undefined ? {} : { zone }) }
    },
  }
}
