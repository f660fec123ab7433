/** Policy boundaries: account level only, names may repeat, in use means undeletable. */
import { randomUUID } from 'node:crypto'
import type { Account } from '../account.ts'
import { type Actor, record } from '../audit.ts'
import { badRequest, notFound } from '../rejection.ts'
import { allBindings } from './binding-store.ts'
import { limits } from './limits.ts'
import type { Boundary } from './objects.ts'
import { checkedRestrictions } from './statement.ts'

export interface NewBoundary {
  readonly name: string
  readonly boundaryQuery: string
  readonly metadata?: Readonly<Record<string, string>> | null | undefined
}

export function boundaryById(account: Account, uuid: string): Boundary {
  const boundary = account.boundaries.get(uuid)
  if (boundary === undefined) throw notFound(`Policy boundary ${uuid} not found`)
  return boundary
}

/** Creates a boundary; a client may choose the id by replacing one that does not exist. */
export function createBoundary(
  account: Account,
  actor: Actor,
  given: NewBoundary,
  uuid: string = randomUUID(),
): Boundary {
  if (account.boundaries.size >= limits.boundaries) {
    throw badRequest(`Limit of ${limits.boundaries} policy boundaries is reached`)
  }
  const boundary = checkedBoundary(uuid, given)
  account.boundaries.set(uuid, boundary)
  recordBoundary(account, actor, 'CREATE', undefined, boundary)
  return boundary
}

/** Replaces the boundary; it acts at once on every binding that uses it. */
export function replaceBoundary(account: Account, actor: Actor, before: Boundary, given: NewBoundary): void {
  const after = checkedBoundary(before.uuid, given)
  account.boundaries.set(before.uuid, after)
  recordBoundary(account, actor, 'UPDATE', before, after)
}

/** Refused while a binding uses it, with the vendor's message that names where. */
export function deleteBoundary(account: Account, actor: Actor, boundary: Boundary): void {
  const users = allBindings(account).filter(binding => binding.boundaries.includes(boundary.uuid))
  if (users.length > 0) {
    const byPolicy = Map.groupBy(users, binding => binding.policyUuid)
    const places = [...byPolicy].map(
      ([policy, list]) => `policy ${policy} to groups: [${list.map(one => one.groupUuid).join(', ')}]`,
    )
    const message = `Policy boundary is in use: ${places.join(', ')}`
    throw badRequest(message, { boundary_usage_rule: message })
  }
  account.boundaries.delete(boundary.uuid)
  recordBoundary(account, actor, 'DELETE', boundary, undefined)
}

function checkedBoundary(uuid: string, given: NewBoundary): Boundary {
  if (given.name.trim() === '') throw badRequest('name should not be empty')
  checkedRestrictions(given.boundaryQuery)
  return { uuid, name: given.name, boundaryQuery: given.boundaryQuery, metadata: given.metadata ?? {} }
}

function recordBoundary(
  account: Account,
  actor: Actor,
  eventType: 'CREATE' | 'UPDATE' | 'DELETE',
  before: Boundary | undefined,
  after: Boundary | undefined,
): void {
  const boundary = after ?? before
  if (boundary === undefined) return
  record(account, actor, {
    resource: 'BOUNDARY',
    resourceId: boundary.uuid,
    resourceName: boundary.name,
    eventType,
    before,
    after,
  })
}
