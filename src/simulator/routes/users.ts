/** Users of the account and their memberships: `/iam/v1/accounts/{account}/users`. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { addToGroups, groupsOf, removeFromGroups, replaceGroups } from '../account/memberships.ts'
import type { User } from '../account/objects.ts'
import { addUser, isEmail, removeUser } from '../account/users.ts'
import { type Account, userByEmail } from '../account.ts'
import { badRequest } from '../rejection.ts'
import { accountSeen, callerOf, type Simulation } from '../simulation.ts'
import { type Query, read, readArray, repeated, single } from './body.ts'

const invitation = z.object({ email: z.string() })
const groupIds = z.array(z.string())

export function userRoutes(app: FastifyInstance, simulation: Simulation): void {
  const users = '/iam/v1/accounts/:account/users'
  const reading = { config: { scopes: ['account-idm-read'] } }
  const writing = { config: { scopes: ['account-idm-write'] } }

  app.get<{ Querystring: Query }>(users, reading, async request => {
    const everyone = single(request.query['service-users']) === 'true'
    const all = [...accountSeen(simulation, 'user', request).users.values()]
    const listed = all.filter(user => everyone || user.kind === 'person')
    return { count: listed.length, items: listed.map(userWithLogins) }
  })

  app.post(users, writing, async (request, reply) => {
    const { email } = read(invitation, request.body)
    const user = addUser(simulation.account, callerOf(simulation), { email })
    return reply.code(201).send({ userUuid: user.uid })
  })

  app.get<{ Params: { email: string } }>(`${users}/:email`, reading, async request => {
    const account = accountSeen(simulation, 'user', request)
    const user = addressed(account, request.params.email)
    const groups = groupsOf(account, user)
    return {
      ...userView(user),
      groups: groups.map(group => ({
        groupName: group.name,
        uuid: group.uuid,
        owner: group.owner,
        accountUUID: account.uuid,
        accountName: account.name,
        description: group.description,
        createdAt: group.createdAt,
        updatedAt: group.updatedAt,
      })),
    }
  })

  app.post<{ Params: { email: string } }>(`${users}/:email`, writing, async (request, reply) => {
    const user = addressed(simulation.account, request.params.email)
    addToGroups(simulation.account, callerOf(simulation), user, readArray(groupIds, request.body))
    return reply.code(201).send()
  })

  app.delete<{ Params: { email: string } }>(`${users}/:email`, writing, async (request, reply) => {
    const user = addressed(simulation.account, request.params.email)
    removeUser(simulation.account, callerOf(simulation), user.email)
    return reply.code(200).send()
  })

  app.put<{ Params: { email: string } }>(`${users}/:email/groups`, writing, async (request, reply) => {
    const user = addressed(simulation.account, request.params.email)
    replaceGroups(simulation.account, callerOf(simulation), user, readArray(groupIds, request.body))
    return reply.code(200).send()
  })

  app.delete<{ Params: { email: string }; Querystring: Query }>(
    `${users}/:email/groups`,
    writing,
    async (request, reply) => {
      const user = addressed(simulation.account, request.params.email)
      const ids = repeated(request.query['group-uuid'])
      if (ids.length === 0) throw badRequest('Query parameter group-uuid is missing')
      removeFromGroups(simulation.account, callerOf(simulation), user, ids)
      return reply.code(200).send()
    },
  )
}

/** A user as lists of members show one. */
export function userView(user: User) {
  const { uid, email, name, surname, status, emergencyContact } = user
  return { uid, email, name, surname, userStatus: status, emergencyContact }
}

/** Sign-in data exists only once somebody has signed in. */
function userWithLogins(user: User) {
  if (user.status === 'PENDING' || user.kind === 'service') return userView(user)
  const userLoginMetadata = {
    successfulLoginCounter: 1,
    failedLoginCounter: 0,
    lastSuccessfulLogin: user.createdAt,
    createdAt: user.createdAt,
    updatedAt: user.createdAt,
  }
  return { ...userView(user), userLoginMetadata }
}

function addressed(account: Account, email: string): User {
  if (!isEmail(email)) throw badRequest('Expected email to be email')
  return userByEmail(account, email)
}
