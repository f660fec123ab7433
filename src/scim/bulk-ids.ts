/** The ids that the bulkIds of a request have come to stand for while it is carried out (RFC 7644 §3.7.2). */
import { resolveReferences } from './bulk-references.ts'
import { quoted } from './bulk-request.ts'
import { ScimError } from './error.ts'
import type { Json } from './json.ts'

export interface BulkIds {
  /** The operation of this bulkId came about, and made or changed the resource of this id. */
  learn(bulkId: string, id: string): void
  /**
   * The data with ids in place of `bulkId:…`.
   * @throws ScimError 400 for a bulkId that no operation has, 409 for one whose operation did not come about.
   */
  resolve<Data extends Json | undefined>(data: Data): Data
}

/** `known`: the bulkIds of all operations of the request. */
export function bulkIds(known: readonly string[]): BulkIds {
  const announced = new Set(known)
  const ids = new Map<string, string>()
  const idOf = (bulkId: string): string => {
    const id = ids.get(bulkId)
    if (id !== undefined) return id
    if (!announced.has(bulkId)) {
      throw new ScimError(
        400,
        'invalidValue',
        `No operation of the request has the bulkId ${quoted(bulkId)}.`,
      )
    }
    throw new ScimError(
      409,
      undefined,
      `The operation with the bulkId ${quoted(bulkId)} failed: repair that one first.`,
    )
  }
  return {
    learn(bulkId, id) {
      ids.set(bulkId, id)
    },
    resolve: data => resolveReferences(data, idOf),
  }
}
