/** What no source states for certain and the bridge counts on, as far as reading can show it. */

import { z } from 'zod'
import { canonicalJson } from '../../lib/digest.ts'
import type { Binding } from '../dynatrace.ts'
import { isServiceUser } from '../types/user.ts'
import type { RawGet } from './raw-get.ts'
import { type Eyes, LOOK_BACK_MS, someBinding, someGroup } from './reads.ts'
import { asPromised, differs, notSeen, type Sight } from './sight.ts'

export interface Assumption {
  readonly operation: string
  readonly scope: string
  /** `observed`: clients in production rely on it; `assumed`: it is reasoned. */
  readonly mark: 'observed' | 'assumed'
  /** Read after "it is so that". */
  readonly what: string
  readonly look: (eyes: Eyes, raw: RawGet) => Promise<Sight>
}

const IDM = 'account-idm-read'
const POLICIES = 'iam-policies-management'

export const ASSUMPTIONS: readonly Assumption[] = [
  {
    operation: 'users.get',
    scope: IDM,
    mark: 'observed',
    what: 'an unknown user is answered with 404',
    look: async ({ dynatrace, now }) => {
      const nobody = `nobody-${now.getTime()}@doctor.invalid`
      const user = await dynatrace.users.get(nobody)
      return user === undefined ? asPromised : differs(`a user is found under the invented address ${nobody}`)
    },
  },
  {
    operation: 'groups.members',
    scope: IDM,
    mark: 'assumed',
    what: 'service users are among the members of a group',
    look: async eyes => {
      const { subject, dynatrace } = eyes
      if (subject === undefined || !isServiceUser(subject)) return notSeen('the subject is no service user')
      const group = await someGroup(eyes)
      const held = (await dynatrace.users.get(subject.email))?.groupIds ?? []
      if (group === undefined || !held.includes(group.id)) return notSeen('the subject is in no group')
      const members = (await dynatrace.groups.members(group.id)) ?? []
      return members.some(({ uid }) => uid === subject.uid)
        ? asPromised
        : differs(`"${group.name}" is answered without its member ${subject.email}`)
    },
  },
  {
    operation: 'limits.account',
    scope: IDM,
    mark: 'assumed',
    what: 'the limits of the account are named after what they count',
    look: async ({ dynatrace }) => {
      const names = (await dynatrace.limits.account()).map(({ type }) => type)
      return ['user', 'group'].every(word => names.some(name => name.toLowerCase().includes(word)))
        ? asPromised
        : differs(`they are called ${names.join(', ')}`)
    },
  },
  {
    operation: 'reference.permissions',
    scope: IDM,
    mark: 'assumed',
    what: 'role permissions are told to a client with account-idm-read',
    look: async ({ dynatrace }) => {
      await dynatrace.reference.permissions()
      return asPromised
    },
  },
  {
    operation: 'bindings.ofGroup',
    scope: POLICIES,
    mark: 'observed',
    what: 'details=true tells every binding of a group with boundaries and parameters',
    look: async eyes => {
      const one = await someBinding(eyes)
      if (one === undefined) return notSeen('no group has a binding')
      const { level, groupId } = one
      const listed = (await eyes.facts.bindings(level)).filter(each => each.groupId === groupId)
      const detailed = await eyes.dynatrace.bindings.ofGroup(level, groupId)
      const keys = (all: readonly Binding[]) =>
        all
          .map(({ policyId, parameters, boundaryIds }) =>
            canonicalJson([policyId, parameters, boundaryIds.toSorted()]),
          )
          .toSorted()
          .join()
      return keys(listed) === keys(detailed)
        ? asPromised
        : differs(
            `group ${groupId} has ${detailed.length} bindings there and ${listed.length} in the list of all`,
          )
    },
  },
  {
    operation: 'effectivePermissions.list',
    scope: POLICIES,
    mark: 'assumed',
    what: 'effective permissions are those of policies, without roles',
    look: async ({ dynatrace, subject }) => {
      if (subject === undefined) return notSeen('the subject user is not known')
      const entity = { kind: 'user', uid: subject.uid } as const
      const all = (await dynatrace.effectivePermissions.list({ kind: 'account' }, entity)) ?? []
      const role = all.find(({ permission }) => !permission.includes(':'))
      return role === undefined ? asPromised : differs(`${role.permission} is among them`)
    },
  },
  {
    operation: 'platformTokens.list',
    scope: 'platform-token:tokens:manage',
    mark: 'observed',
    what: 'pages of platform tokens count from 1, or from 0',
    look: async ({ dynatrace }, raw) => {
      const path = `/iam/v1/accounts/${dynatrace.accountId}/platform-tokens`
      const answer = page.safeParse(await raw(path, 'platform-token:tokens:manage', { page: '1', size: '1' }))
      if (!answer.success) return differs('the envelope of a page is not as described')
      const { results, total, pageNumber } = answer.data
      if (total === 0) return notSeen('there is no platform token')
      const fits = results.length === 1 || (results.length === 0 && total === 1)
      return fits && (pageNumber ?? 1) === 1
        ? asPromised
        : differs(`page 1 of size 1 holds ${results.length} of ${total}, as page ${pageNumber}`)
    },
  },
  {
    operation: 'audit.query',
    scope: 'account-audit-logs-read',
    mark: 'assumed',
    what: 'the newest entries of the audit log come first',
    look: async ({ dynatrace, now }, raw) => {
      const answer = audits.safeParse(
        await raw(`/audit/v1/accounts/${dynatrace.accountId}`, 'account-audit-logs-read', {
          startTime: new Date(now.getTime() - LOOK_BACK_MS).toISOString(),
          endTime: now.toISOString(),
          limit: '50',
        }),
      )
      if (!answer.success) return differs('entries have no instant')
      const instants = answer.data.audits.map(({ timestamp }) => Date.parse(timestamp))
      if (new Set(instants).size < 2) return notSeen('there are no two entries of the last 30 days')
      return instants.every((at, index) => index === 0 || at <= (instants[index - 1] ?? at))
        ? asPromised
        : differs('they come in another order')
    },
  },
]

const page = z.object({
  results: z.array(z.unknown()),
  total: z.coerce.number(),
  pageNumber: z.number().optional().catch(undefined),
})

const audits = z.object({ audits: z.array(z.object({ timestamp: z.string() })) })
