/** Documents of one environment: who owns which, and their transfer to somebody else, as an administrator. */
import type { Clock } from '../lib/clock.ts'
import { BridgeError } from '../lib/errors.ts'
import { DocumentPage } from './api/document.ts'
import type { Dynatrace } from './dynatrace.ts'
import { keyedPages } from './keyed-pages.ts'
import { path } from './path.ts'
import type { Requests } from './request.ts'
import { settle } from './settle.ts'
import { UpstreamError } from './upstream-error.ts'

/** The documented maximum. */
const PAGE_SIZE = 1_000

/** A document that was made a moment ago may not be found yet; the vendor's own client tries as often. */
const TRIES = 5
/** Milliseconds between two of them. */
const PAUSE = 200

export function documents(requests: Requests, clock: Clock): Dynatrace['documents'] {
  const matching = (environmentId: string, filter: string) => {
    const operation = 'documents.ownedBy'
    return keyedPages(operation, key =>
      requests.ask(
        {
          environment: environmentId,
          grant: 'documents',
          operation,
          method: 'GET',
          path: path`/platform/document/v1/documents`,
          query: [
            ['filter', filter],
            ['admin-access', 'true'],
            ['page-size', String(PAGE_SIZE)],
            ...(key === undefined ? [] : [['page-key', key] as const]),
          ],
        },
        DocumentPage,
      ),
    )
  }

  const transferOnce = (environmentId: string, documentId: string, newOwnerId: string) =>
    requests.tell({
      environment: environmentId,
      grant: 'documents',
      operation: 'documents.transfer',
      method: 'POST',
      path: path`/platform/document/v1/documents/${documentId}:transfer-owner`,
      query: [
        ['admin-access', 'true'],
        ['send-notification', 'false'],
      ],
      body: { newOwnerId },
    })

  return {
    ownedBy: (environmentId, uid) => matching(environmentId, `owner == ${literal(uid)}`),

    transfer: async (environmentId, documentId, newOwnerUid) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await transferOnce(environmentId, documentId, newOwnerUid)
        } catch (error) {
          if (isMissing(error) && attempt < TRIES) {
            await clock.sleep(PAUSE)
            continue
          }
          return await settle(error, ['conflict', 'rejected'], async () => {
            const [document] = await matching(environmentId, `id == ${literal(documentId)}`)
            // The transfer answers nothing; a value says that it took effect.
            return document?.ownerUid === newOwnerUid ? null : undefined
          }).then(() => undefined)
        }
      }
    },
  }
}

/** A text of the filter language. How a quote is escaped in one is not documented; no id has any. */
function literal(id: string): string {
  if (!/['\\]/.test(id)) return `'${id}'`
  throw new BridgeError('dynatrace-bad-id', `"${id}" cannot be the id of a document or user: it has a quote.`)
}

function isMissing(error: unknown): boolean {
  return error instanceof UpstreamError && error.failure === 'not-found'
}
