/** How full the account is: numbers for the account, strings for the limits of a level. */
import type { FastifyInstance } from 'fastify'
import { countAt } from '../account/binding-store.ts'
import { levelAt } from '../account/levels.ts'
import { limits } from '../account/limits.ts'
import { policiesAt } from '../account/policies.ts'
import type { Simulation } from '../simulation.ts'

export function limitRoutes(app: FastifyInstance, simulation: Simulation): void {
  app.get(
    '/iam/v1/accounts/:account/limits',
    { config: { scopes: ['account-idm-read', 'sso-idm:account-limits:read'] } },
    async () => {
      const { users, groups } = simulation.account
      const results = [
        { limitType: 'users', currentValue: users.size, limitValue: limits.users },
        { limitType: 'groups', currentValue: groups.size, limitValue: limits.groups },
      ]
      return { pageSize: 50, pageNumber: 1, total: results.length, results }
    },
  )

  app.get<{ Params: { levelType: string; levelId: string } }>(
    '/iam/v1/repo/:levelType/:levelId/limits',
    { config: { scopes: ['iam-policies-management', 'iam:limits:read'] } },
    async request => {
      const { account } = simulation
      const level = levelAt(account, request.params.levelType, request.params.levelId)
      const boundaries = level.type === 'account' ? account.boundaries.size : 0
      return {
        policies: { count: policiesAt(account, level).length, limit: String(limits.policies) },
        bindings: { count: countAt(account, level), limit: String(limits.bindingsPerLevel) },
        boundaries: { count: boundaries, limit: String(limits.boundaries) },
      }
    },
  )
}
