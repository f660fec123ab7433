/** Who may call what: a valid token, a scope that fits the route, and a subject user who holds the permission. */
import type { FastifyInstance } from 'fastify'
import { groupsOf } from './account/memberships.ts'
import type { User } from './account/objects.ts'
import { permissionsOf } from './account/permissions.ts'
import { type Account, userByUid } from './account.ts'
import { forbidden } from './rejection.ts'
import type { Simulation } from './simulation.ts'
import { checkScope } from './tokens.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Any one of them is enough. Absent: every valid token will do. */
    scopes?: readonly string[]
  }
}

export function authorize(app: FastifyInstance, simulation: Simulation): void {
  app.addHook('onRequest', async request => {
    const resource = `urn:dtaccount:${simulation.account.uuid}`
    const token = simulation.tokens.contentOf(request.headers.authorization, resource)
    const { scopes } = request.routeOptions.config
    if (scopes !== undefined) checkScope(token.scopes, scopes)
    const subject = userByUid(simulation.account, token.subject)
    if (subject?.status !== 'ACTIVE') throw forbidden()
    const role = neededRole(request.url)
    if (role !== undefined && !holds(simulation.account, subject, role)) throw forbidden()
    checkAccount(simulation.account, request.params)
  })
}

function neededRole(url: string): string | undefined {
  if (url.startsWith('/iam/')) return 'account-user-management'
  return url.startsWith('/audit/') ? 'account-viewer' : undefined
}

/** The token acts as its subject user: a client whose subject lost the role has locked itself out. */
const holds = (account: Account, subject: User, role: string): boolean =>
  groupsOf(account, subject).some(group =>
    permissionsOf(account, group).some(permission => permission.permissionName === role),
  )

/** A token belongs to one account; the paths of any other are closed to it. */
function checkAccount(account: Account, params: unknown): void {
  if (typeof params !== 'object' || params === null || !('account' in params)) return
  if (params.account !== account.uuid) throw forbidden()
}
