/** Lists of access tokens: selected, filtered by last use, ordered, in pages of at least a hundred. */
import { apiTokenSelector } from '../account/api-token-selector.ts'
import { apiTokensOf } from '../account/api-tokens.ts'
import type { ApiToken } from '../account/environment-objects.ts'
import { ConstraintViolation } from '../environment-error.ts'
import { writePageKey } from '../page-key.ts'
import type { Simulation } from '../simulation.ts'
import { apiTokenView, fieldsOf } from './api-token-view.ts'
import type { Query } from './body.ts'
import { pagedQuery, ranged, timeOf } from './environment-query.ts'

/** One page of the tokens of an environment, as the query or its page key asks. */
export function apiTokenPage(simulation: Simulation, environmentId: string, given: Query): object {
  const { offset, query } = pagedQuery(given, [
    'pageSize',
    'apiTokenSelector',
    'fields',
    'from',
    'to',
    'sort',
  ])
  const now = simulation.clock.now()
  const pageSize = ranged(query, 'pageSize', { min: 100, max: 10_000, fallback: 200 })
  const [from, to] = [timeOf(query, 'from', now), timeOf(query, 'to', now)]
  const selected = apiTokenSelector(query.apiTokenSelector ?? '')
  const fields = fieldsOf(query.fields)
  const found = apiTokensOf(simulation.account, environmentId)
    .filter(selected)
    .filter(token => (from === undefined && to === undefined ? true : lastUsedWithin(token, from, to ?? now)))
    .sort(order(query.sort))
  const apiTokens = found.slice(offset, offset + pageSize).map(token => apiTokenView(token, fields))
  const next = offset + pageSize
  const nextPageKey = next < found.length ? writePageKey({ offset: next, query }) : null
  return { totalCount: found.length, pageSize, nextPageKey, apiTokens }
}

function lastUsedWithin(token: ApiToken, from: Date | undefined, to: Date): boolean {
  if (token.lastUsedDate === undefined) return false
  const used = Date.parse(token.lastUsedDate)
  return used >= (from?.getTime() ?? 0) && used <= to.getTime()
}

/** Newest first unless something else is asked for; a sign tells the direction. */
function order(sort = '-creationDate'): (a: ApiToken, b: ApiToken) => number {
  const field = (['id', 'name', 'owner', 'creationDate', 'expirationDate', 'lastUsedDate'] as const).find(
    one => one === sort.replace(/^[+-]/, ''),
  )
  if (field === undefined) throw new ConstraintViolation('QUERY', 'sort', `cannot sort by ${sort}`)
  const sign = sort.startsWith('-') ? -1 : 1
  return (a, b) => {
    const [one, other] = [a[field] ?? '', b[field] ?? '']
    return one === other ? 0 : one < other ? -sign : sign
  }
}
