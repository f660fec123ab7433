/** Lists of documents, page by page, and who asks for them. */
import type { FastifyRequest } from 'fastify'
import { documentsFor, type Reader } from '../account/documents.ts'
import { environmentCallerOf } from '../environment-authorization.ts'
import { type PageKey, readPageKey, writePageKey } from '../page-key.ts'
import { badRequest, forbidden } from '../rejection.ts'
import type { Simulation } from '../simulation.ts'
import { type Query, repeated, single } from './body.ts'
import { documentFilter, documentOrder, documentView } from './document-view.ts'

/** A call of the document service. */
export interface Call {
  Params: { environment: string; id: string }
  Querystring: Query
}

const listParameters = ['filter', 'sort', 'add-fields', 'admin-access', 'page-size'] as const

/** One page of what the caller may see, as the query or its page key asks. */
export function documentPage(simulation: Simulation, request: FastifyRequest<Call>): object {
  const { offset, query } = listQuery(request.query)
  const pageSize = Number(query['page-size'] ?? 20)
  if (!Number.isSafeInteger(pageSize) || pageSize < 1 || pageSize > 1_000) {
    throw badRequest('page-size must be a number from 1 to 1000')
  }
  const reader = readerOf(request, query['admin-access'])
  const found = documentsFor(simulation.account, request.params.environment, reader)
    .filter(documentFilter(query.filter ?? ''))
    .sort(documentOrder(query.sort ?? ''))
  const next = offset + pageSize
  const addFields = (query['add-fields'] ?? '').split(',')
  return {
    documents: found.slice(offset, next).map(document => documentView(document, reader, addFields)),
    ...(next < found.length ? { nextPageKey: writePageKey({ offset: next, query }) } : {}),
    totalCount: found.length,
  }
}

/** The first call decides: what is repeated beside a key is not looked at, as clients differ in what they repeat. */
function listQuery(given: Query): PageKey {
  const key = single(given['page-key'])
  if (key !== undefined && key !== '') {
    const continued = readPageKey(key)
    if (continued === undefined) throw badRequest('page-key is not valid')
    return continued
  }
  const entries = listParameters.flatMap((name): [string, string][] => {
    const value = repeated(given[name]).join(',')
    return value === '' ? [] : [[name, value]]
  })
  return { offset: 0, query: Object.fromEntries(entries) }
}

/** Who reads; admin access needs a scope of its own. */
export function readerOf(
  request: FastifyRequest<Call>,
  adminAccess: string | undefined = single(request.query['admin-access']),
): Reader {
  const { uid, scopes } = environmentCallerOf(request)
  const admin = adminAccess === 'true'
  if (admin && !scopes.includes('document:documents:admin')) {
    throw forbidden('Admin access needs the scope document:documents:admin')
  }
  return { uid: uid ?? '', admin }
}
