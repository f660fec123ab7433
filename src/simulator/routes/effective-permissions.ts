/** Effective permissions of a user or group: `/iam/v1/resolution/{levelType}/{levelId}/effectivepermissions`. */
import type { FastifyInstance } from 'fastify'
import { canonicalJson } from '../../lib/digest.ts'
import { serviceOf } from '../../policy/catalogue.ts'
import { type Entity, effectiveOf, type HeldStatement } from '../account/effective.ts'
import { levelAt } from '../account/levels.ts'
import { badRequest, notFound } from '../rejection.ts'
import type { Simulation } from '../simulation.ts'
import { positive, type Query, repeated, single } from './body.ts'

interface AtLevel {
  levelType: string
  levelId: string
}

/** Without `size` the answer ends after 100 permissions, and nothing in it says that there are more. */
export function effectivePermissionRoutes(app: FastifyInstance, simulation: Simulation): void {
  const path = '/iam/v1/resolution/:levelType/:levelId/effectivepermissions'
  const reading = { config: { scopes: ['iam-policies-management', 'iam:effective-permissions:read'] } }

  app.get<{ Params: AtLevel; Querystring: Query }>(path, reading, async ({ params, query }) => {
    const level = levelAt(simulation.account, params.levelType, params.levelId)
    if (level.type === 'global') throw notFound('Level global/global has no effective permissions')
    const [page, size] = [positive(query.page, 1), positive(query.size, 100)]
    const environmentId = level.type === 'environment' ? level.id : undefined
    const held = effectiveOf(simulation.account, entityIn(query), environmentId)
    const services = new Set(repeated(query.services).flatMap(text => text.split(',').map(one => one.trim())))
    const wanted = held.filter(one => services.size === 0 || services.has(serviceOf(one.permission)))
    return { effectivePermissions: permissionsView(wanted).slice((page - 1) * size, page * size) }
  })
}

function entityIn(query: Query): Entity {
  const id = single(query.entityId) ?? ''
  if (id === '') throw badRequest('Mandatory query param entityId was not provided')
  const type = single(query.entityType)
  if (type === 'group') return { kind: 'group', uuid: id }
  if (type === 'user') return { kind: 'user', uid: id }
  throw badRequest('Query param entityType must be user or group')
}

/** By permission, then by effect and conditions, each with the policies and bindings it comes from. */
function permissionsView(held: readonly HeldStatement[]) {
  const byPermission = [...Map.groupBy(held, statement => statement.permission)]
  return byPermission
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([permission, statements]) => ({ permission, effects: effectsView(statements) }))
}

function effectsView(held: readonly HeldStatement[]) {
  const alike = Map.groupBy(held, ({ effect, conditions }) => canonicalJson([effect, conditions]))
  return [...alike.values()].flatMap(same => {
    const [first] = same
    if (first === undefined) return []
    const effectivePolicies = [...new Map(same.map(one => [sourceKey(one), sourceView(one)])).values()]
    return [{ effect: first.effect, conditions: first.conditions, effectivePolicies }]
  })
}

const sourceKey = ({ policy, binding, level }: HeldStatement): string =>
  canonicalJson([policy.uuid, binding.groupUuid, level])

const sourceView = ({ policy, binding, level }: HeldStatement) => ({
  policy: {
    uuid: policy.uuid,
    name: policy.name,
    statementQuery: policy.statementQuery,
    levelType: policy.level.type,
    levelId: policy.level.id,
  },
  binding: { groupUuid: binding.groupUuid, levelType: level.type, levelId: level.id },
})
