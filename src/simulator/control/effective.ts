/** `GET /_simulator/effective`: the effective statements of a group or user, DENY included, for tests to look at. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { type Entity, effectiveOf } from '../account/effective.ts'
import { levelNamed } from '../account/named.ts'
import { badRequest } from '../rejection.ts'
import { read } from '../routes/body.ts'
import type { Simulation } from '../simulation.ts'

const query = z.strictObject({
  group: z.string().optional(),
  user: z.string().optional(),
  /** Id or name; without it only bindings of the account count. */
  environment: z.string().optional(),
})

export function effectiveRoute(app: FastifyInstance, simulation: Simulation): void {
  app.get('/_simulator/effective', async request => {
    const { group, user, environment } = read(query, request.query)
    const place = environment === undefined ? undefined : levelNamed(simulation.account, environment).id
    const statements = effectiveOf(simulation.account, entityOf(group, user), place).map(
      ({ effect, permission, conditions, policy, binding, level }) => ({
        effect,
        permission,
        conditions,
        policyUuid: policy.uuid,
        groupUuid: binding.groupUuid,
        level,
      }),
    )
    return { statements }
  })
}

function entityOf(group: string | undefined, user: string | undefined): Entity {
  if (group !== undefined && user === undefined) return { kind: 'group', uuid: group }
  if (user !== undefined && group === undefined) return { kind: 'user', uid: user }
  throw badRequest('Give either group, its UUID, or user, the uid')
}
