/** Groups of the account. There is no call that reads a single one. */
import { CreatedGroups, Group } from './api/group.ts'
import { User } from './api/user.ts'
import type { AccountGroup, Dynatrace } from './dynatrace.ts'
import { malformed } from './failure.ts'
import { path } from './path.ts'
import { remedied } from './remedy.ts'
import type { Requests } from './request.ts'
import { settle } from './settle.ts'

interface NewGroup {
  readonly name: string
  readonly description: string
}

export function groups(requests: Requests, account: string): Dynatrace['groups'] {
  const list: Dynatrace['groups']['list'] = () =>
    requests.list(
      { operation: 'groups.list', method: 'GET', path: path`/iam/v1/accounts/${account}/groups` },
      Group,
    )

  return {
    list,

    create: async wanted => {
      if (wanted.length === 0) return []
      try {
        const created = await requests.ask(
          {
            operation: 'groups.create',
            method: 'POST',
            path: path`/iam/v1/accounts/${account}/groups`,
            // Always an array: a bare object is answered with 500.
            body: wanted.map(({ name, description }) => ({ name, description })),
          },
          CreatedGroups,
        )
        const matched = inOrder(wanted, created, (group, found) => found.name === group.name)
        if (matched === undefined || created.length !== wanted.length) {
          throw malformed('groups.create', 201, 'the groups in the answer are not those that were sent')
        }
        return matched
      } catch (error) {
        return await settle(explained(error), [], async () => inOrder(wanted, await list(), isMadeFrom))
      }
    },

    update: async ({ id, name, description, federatedAttributeValues }) => {
      try {
        await requests.tell({
          operation: 'groups.update',
          method: 'PUT',
          path: path`/iam/v1/accounts/${account}/groups/${id}`,
          // Without its federated values a SAML group would lose its federation.
          body: { name, description, federatedAttributeValues },
        })
      } catch (error) {
        throw explained(error)
      }
    },

    remove: id =>
      requests.discard({
        operation: 'groups.remove',
        method: 'DELETE',
        path: path`/iam/v1/accounts/${account}/groups/${id}`,
      }),

    members: id =>
      requests.findList(
        {
          operation: 'groups.members',
          method: 'GET',
          path: path`/iam/v1/accounts/${account}/groups/${id}/users`,
        },
        User,
      ),
  }
}

function explained(error: unknown): unknown {
  return remedied(
    error,
    /already exists|duplicate/i,
    'Names of groups are unique in an account: rename the other group, or choose another name in bridge.yaml.',
  )
}

/** For every wanted group the one found for it, none of them twice; undefined when one is missing. */
function inOrder(
  wanted: readonly NewGroup[],
  found: readonly AccountGroup[],
  fits: (wanted: NewGroup, found: AccountGroup) => boolean,
): readonly AccountGroup[] | undefined {
  const taken = new Set<AccountGroup>()
  for (const group of wanted) {
    const match = found.find(candidate => !taken.has(candidate) && fits(group, candidate))
    if (match === undefined) return undefined
    taken.add(match)
  }
  return [...taken]
}

function isMadeFrom(wanted: NewGroup, found: AccountGroup): boolean {
  return found.owner === 'LOCAL' && found.name === wanted.name && found.description === wanted.description
}
