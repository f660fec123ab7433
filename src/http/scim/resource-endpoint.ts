/** The operations of SCIM on resources of one type (RFC 7644 §3), for users and groups alike. */
import type { Cause, Page, PageRequest } from '../../directory/directory.ts'
import type { Cursors } from '../../scim/cursor.ts'
import type { Dialects } from '../../scim/dialects/dialects.ts'
import type { Json } from '../../scim/json.ts'
import { listPieces, listText } from '../../scim/page.ts'
import type { Projection } from '../../scim/projection.ts'
import { locationOf, namesVersion, versionOf } from '../../scim/resource.ts'
import type { StoredText } from '../../scim/resource-text.ts'
import type { ResourceType } from '../../scim/schema/attribute.ts'
import type { Answer, Call, ResourceEndpoint } from './answer.ts'
import { checkId, checkVersion, notFound } from './call.ts'
import { readProjection, readSearch } from './search.ts'

/** A resource as it is answered. */
export interface Rendered {
  readonly version: string
  readonly body: string | AsyncIterable<string>
}

/** What lists of one type need. */
export interface ResourceList<Listed extends StoredText> {
  readonly type: ResourceType
  list(page: PageRequest): Promise<Page<Listed>>
  render(items: readonly Listed[], projection: Projection, base: string): Promise<readonly Rendered[]>
}

/** What users and groups differ in. `check` throws when the client means another version of the resource. */
export interface ResourceKind<Item extends Listed, Listed extends StoredText> extends ResourceList<Listed> {
  find(id: string): Promise<Listed | undefined>
  create(body: Json | undefined, cause: Cause): Promise<Item>
  replace(id: string, body: Json | undefined, cause: Cause, check: Check<Item>): Promise<Item>
  patch(id: string, body: Json | undefined, cause: Cause, check: Check<Item>): Promise<Item>
  remove(id: string, cause: Cause, check: Check<Item>): Promise<void>
  /** Whether PATCH answers 204 unless the client names attributes (RFC 7644 §3.5.2). */
  readonly patchesSilently: boolean
}

export type Check<Item> = (item: Item) => void

export interface EndpointParts {
  readonly cursors: Cursors
  readonly dialects: Dialects
  /** Called after every change of the directory. */
  readonly onChange: () => void
}

export function resourceEndpoint<Item extends Listed, Listed extends StoredText>(
  kind: ResourceKind<Item, Listed>,
  { cursors, dialects, onChange }: EndpointParts,
): ResourceEndpoint {
  const { type } = kind
  return {
    type,
    async search(source, call) {
      const { page, projection, placeOf } = readSearch(source, type, cursors, dialects)
      const found = await kind.list({ ...page, base: call.base })
      const rendered = await kind.render(found.items, projection, call.base)
      const bodies = rendered.map(({ body }) => body)
      const body = bodies.every(text => typeof text === 'string')
        ? listText(found.total, placeOf(found), bodies)
        : listPieces(found.total, placeOf(found), bodies)
      return { status: 200, body }
    },
    async get(id, call) {
      const projection = readProjection(call.query, type, dialects)
      checkId(id, type)
      const item = await kind.find(id)
      if (item === undefined) throw notFound(id, type)
      const answer = await answered(200, item, projection, call)
      const { ifNoneMatch } = call
      if (ifNoneMatch === undefined || !namesVersion(ifNoneMatch, answer.etag)) return answer
      return { status: 304, etag: answer.etag }
    },
    async create(body, call) {
      const projection = readProjection(call.query, type, dialects)
      const item = await kind.create(body, causeOf(call))
      onChange()
      const location = locationOf(item.id, type, call.base)
      return { ...(await answered(201, item, projection, call)), location }
    },
    async replace(id, body, call) {
      const projection = readProjection(call.query, type, dialects)
      checkId(id, type)
      const item = await kind.replace(id, body, causeOf(call), checkOf(call))
      onChange()
      return answered(200, item, projection, call)
    },
    async patch(id, body, call) {
      const projection = readProjection(call.query, type, dialects)
      checkId(id, type)
      const item = await kind.patch(id, body, causeOf(call), checkOf(call))
      onChange()
      if (kind.patchesSilently && projection.kind === 'all') return { status: 204, etag: versionOf(item) }
      return answered(200, item, projection, call)
    },
    async remove(id, call) {
      checkId(id, type)
      await kind.remove(id, causeOf(call), checkOf(call))
      onChange()
      return { status: 204 }
    },
  }

  async function answered(
    status: number,
    item: Listed,
    projection: Projection,
    { base }: Call,
  ): Promise<Answer & { readonly etag: string }> {
    const [rendered] = await kind.render([item], projection, base)
    return { status, etag: rendered?.version ?? versionOf(item), body: rendered?.body ?? '{}' }
  }
}

const causeOf = ({ requestId }: Call): Cause => ({ requestId, actor: 'scim' })

const checkOf =
  (call: Call): Check<StoredText> =>
  item =>
    checkVersion(call, item)
