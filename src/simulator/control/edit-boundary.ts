/** Edits of policy boundaries in the console. */
import { createBoundary, deleteBoundary, replaceBoundary } from '../account/boundaries.ts'
import { boundaryNamed } from '../account/named.ts'
import type { Account } from '../account.ts'
import type { Actor } from '../audit.ts'
import type { Edit } from './edit.ts'

export function editBoundary(
  account: Account,
  actor: Actor,
  change: Extract<
    Edit,
    { do: 'create-boundary' | 'change-boundary' | 'rename-boundary' | 'delete-boundary' }
  >,
): void {
  if (change.do === 'create-boundary') {
    createBoundary(account, actor, { name: change.boundary, boundaryQuery: change.query })
    return
  }
  const before = boundaryNamed(account, change.boundary)
  if (change.do === 'delete-boundary') {
    deleteBoundary(account, actor, before)
    return
  }
  replaceBoundary(account, actor, before, {
    name: change.do === 'rename-boundary' ? change.name : before.name,
    boundaryQuery: change.do === 'change-boundary' ? change.query : before.boundaryQuery,
    metadata: before.metadata,
  })
}
