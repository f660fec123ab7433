/** An operation of a Bulk request before any is carried out: where it goes and what it refers to (RFC 7644 §3.7). */
import { type SplitUser, splitManager } from './bulk-manager.ts'
import type { BulkNeeds } from './bulk-order.ts'
import { bulkIdOf, referencesIn } from './bulk-references.ts'
import type { BulkOperation } from './bulk-request.ts'
import { type BulkTarget, bulkTarget } from './bulk-target.ts'
import { ScimError } from './error.ts'
import type { ResourceType } from './schema/attribute.ts'

export interface Prepared extends BulkNeeds {
  readonly operation: BulkOperation
  /** What is wrong with it by itself, if anything is. */
  readonly aim:
    | { readonly kind: 'target'; readonly target: BulkTarget; readonly split: SplitUser | undefined }
    | { readonly kind: 'wrong'; readonly error: unknown }
}

/** Never throws: what is wrong with an operation is told when its turn comes. */
export function prepareBulk(
  operation: BulkOperation,
  { base, types }: { readonly base: string; readonly types: readonly ResourceType[] },
): Prepared {
  const { bulkId, data } = operation
  try {
    const target = bulkTarget(operation, base, types)
    if (target.kind === 'remove') {
      return {
        operation,
        bulkId,
        needs: inPath(target),
        later: new Set(),
        aim: { kind: 'target', target, split: undefined },
      }
    }
    if (data === undefined || data === null) {
      throw new ScimError(400, 'invalidSyntax', `A ${operation.method} needs data.`)
    }
    const needs = new Set([...inPath(target), ...referencesIn(data)])
    const isUser = target.kind === 'create' && target.type.name === 'User'
    const split = isUser ? splitManager(data) : undefined
    return { operation, bulkId, needs, later: inManagerAlone(split), aim: { kind: 'target', target, split } }
  } catch (error) {
    return { operation, bulkId, needs: new Set(), later: new Set(), aim: { kind: 'wrong', error } }
  }
}

function inPath(target: BulkTarget): ReadonlySet<string> {
  const bulkId = target.kind === 'create' ? undefined : bulkIdOf(target.id)
  return new Set(bulkId === undefined ? [] : [bulkId])
}

function inManagerAlone(split: SplitUser | undefined): ReadonlySet<string> {
  if (split === undefined) return new Set()
  return referencesIn(split.manager).difference(referencesIn(split.data))
}
