/** The query of the root: users and groups together (RFC 7644 §3.4.2.1 and §3.4.3). */
import type { FastifyInstance } from 'fastify'
import type { Cursors } from '../../scim/cursor.ts'
import type { Dialects } from '../../scim/dialects/dialects.ts'
import { ScimError } from '../../scim/error.ts'
import { listPieces, listText, type PagePlace, parseCursorCount, parsePage } from '../../scim/page.ts'
import type { StoredText } from '../../scim/resource-text.ts'
import { rootOperations } from '../description/scim-operations.ts'
import type { Answer, Call } from './answer.ts'
import { refuseOtherMethods } from './methods.ts'
import type { Rendered, ResourceList } from './resource-endpoint.ts'
import { callOf, send } from './resource-routes.ts'
import { pageInOrder, pageInTurn, type RootBounds, type RootItem, type RootPage } from './root-page.ts'
import { type RootSource, rootSources } from './root-source.ts'
import { boundTo, readQuery } from './search.ts'

export interface RootParts {
  readonly cursors: Cursors
  readonly dialects: Dialects
  readonly publicUrl?: string
}

/** `kinds` in the order in which an unsorted list has them. */
export function registerRoot(
  app: FastifyInstance,
  kinds: readonly ResourceList<StoredText>[],
  { cursors, dialects, publicUrl }: RootParts,
): void {
  app.get('/', { config: { scim: rootOperations.list } }, async (request, reply) =>
    send(reply, await search(request.query, callOf(request, publicUrl))),
  )
  app.post('/.search', { config: { scim: rootOperations.search } }, async (request, reply) =>
    send(reply, await search(request.body, callOf(request, publicUrl))),
  )
  refuseOtherMethods(app, '/', ['GET'])
  refuseOtherMethods(app, '/.search', ['POST'])

  async function search(source: unknown, { base }: Call): Promise<Answer> {
    const query = readQuery(source)
    const { sources, sort } = rootSources(kinds, query, dialects, base)
    const { bounds, placeOf } = boundsOf(query, cursors)
    const page =
      sort === undefined ? await pageInTurn(sources, bounds) : await pageInOrder(sources, sort, bounds, base)
    const bodies = await rendered(sources, page.items, base)
    const body = bodies.every(text => typeof text === 'string')
      ? listText(page.total, placeOf(page), bodies)
      : listPieces(page.total, placeOf(page), bodies)
    return { status: 200, body }
  }
}

function boundsOf(
  query: ReturnType<typeof readQuery>,
  cursors: Cursors,
): { readonly bounds: RootBounds; readonly placeOf: (page: RootPage) => PagePlace } {
  if (query.cursor === undefined) {
    const bounds = parsePage(query)
    return { bounds, placeOf: () => ({ kind: 'index', startIndex: bounds.startIndex }) }
  }
  if (query.startIndex !== undefined) {
    throw new ScimError(
      400,
      'invalidValue',
      'Give startIndex or cursor, not both: a list is paged by one of them.',
    )
  }
  const bound = boundTo(query, { name: 'root' })
  const count = parseCursorCount(query.count)
  const behind = query.cursor === '' ? 'start' : cursors.open(query.cursor, bound)
  return {
    bounds: { startIndex: 1, count, behind },
    placeOf: ({ next }) => ({
      kind: 'cursor',
      next: next === undefined ? undefined : cursors.seal(next, bound),
    }),
  }
}

/** Each type renders its items at once; they come back in the order of the page. */
async function rendered(
  sources: readonly RootSource[],
  page: readonly RootItem[],
  base: string,
): Promise<readonly Rendered['body'][]> {
  const bodies = new Map<StoredText, Rendered['body']>()
  for (const { kind, projection } of sources) {
    const items = page.filter(({ source }) => source.kind === kind).map(({ item }) => item)
    if (items.length === 0) continue
    const texts = await kind.render(items, projection, base)
    for (const [index, item] of items.entries()) bodies.set(item, texts[index]?.body ?? '{}')
  }
  return page.map(({ item }) => bodies.get(item) ?? '{}')
}
