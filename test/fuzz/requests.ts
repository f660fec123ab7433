/**
 * Requests to a SCIM server, from ordinary to absurd. `{user}` and `{group}` stand for ids of resources that
 * exist when the request is sent: which ones says `pick`.
 */
import fc from 'fast-check'
import { anyBody, bulk, nothing, pageNumber, patch, resource, search } from './bodies.ts'
import { anyFilter, attribute } from './filters.ts'
import { hostileText } from './hostile-json.ts'

export interface FuzzRequest {
  readonly method: string
  /** Not yet encoded, with placeholders. */
  readonly path: string
  readonly query: readonly (readonly [string, string])[]
  /** How the URL is written: as usual, every byte as percent and number, or hardly at all. */
  readonly encoding: 'usual' | 'all' | 'bare'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly pick: number
}

const PATHS = [
  '/Users /Users /Users/{user} /Users/{user} /Users/{group} /Groups /Groups /Groups/{group} /Groups/{group}',
  '/Groups/{user} /Users/.search /Groups/.search /.search /Bulk /Me / /ServiceProviderConfig /ResourceTypes',
  '/ResourceTypes/User /Schemas /Schemas/urn:ietf:params:scim:schemas:core:2.0:User /Schemas/__proto__',
  '/users /Users/ //Users//{user} /Users/../Groups /Users/{user}/x /Users/none /Users/% /Bulk/ //Me',
].flatMap(line => line.split(' '))

const path = fc.oneof(
  { arbitrary: fc.constantFrom('', ...PATHS), weight: 12 },
  { arbitrary: hostileText.map(text => `/Users/${text}`), weight: 1 },
  { arbitrary: hostileText.map(text => `/Groups/${text}`), weight: 1 },
  { arbitrary: hostileText.map(text => `/${text}`), weight: 1 },
)

const order = fc.constantFrom('ascending', 'descending', 'Descending', 'up')
const parameter = fc.oneof(
  { arbitrary: fc.tuple(fc.constantFrom('filter', 'Filter'), anyFilter), weight: 5 },
  { arbitrary: fc.tuple(fc.constantFrom('startIndex', 'count'), pageNumber), weight: 3 },
  { arbitrary: fc.tuple(fc.constantFrom('attributes', 'excludedAttributes'), attribute), weight: 2 },
  { arbitrary: fc.tuple(fc.constant('sortBy'), attribute), weight: 2 },
  { arbitrary: fc.tuple(fc.constant('sortOrder'), order), weight: 1 },
  { arbitrary: fc.tuple(fc.constant('cursor'), fc.constantFrom('', '', '=', 'bm90aGluZw')), weight: 2 },
  { arbitrary: fc.tuple(fc.constantFrom('cursor', 'sortOrder', '__proto__'), hostileText), weight: 1 },
)

const headerText = hostileText.map(text => text.replaceAll(/[^\x20-\x7e\x80-\xff]/g, '').slice(0, 300))
const oddHeader = fc.oneof(
  fc.tuple(
    fc.constantFrom('if-match', 'if-none-match'),
    fc.constantFrom('*', 'W/"1"', '"1"', 'W/"1", W/"2"', ','),
  ),
  fc.tuple(
    fc.constantFrom(
      'if-match',
      'accept',
      'x-request-id',
      'content-type',
      'authorization',
      'prefer',
      'cookie',
    ),
    headerText,
  ),
  fc.tuple(
    fc.constant('content-type'),
    fc.constantFrom(
      'application/json',
      'application/json; charset=latin1',
      'application/json; charset="utf-8"',
      'application/scim+json; charset=utf-16',
      'APPLICATION/SCIM+JSON',
      'application/json, application/scim+json',
      'multipart/form-data',
      'text/plain',
      'application/scim+json;;',
    ),
  ),
  fc.tuple(fc.constantFrom('x-forwarded-host', 'x-http-method-override', 'range'), headerText),
  fc.tuple(
    fc.constant('authorization'),
    fc.constantFrom(
      ...['Bearer', 'Bearer ', 'bearer x', 'Basic YTpi', 'Bearer a b', 'Bearer "x"', '', ' ', ','],
    ),
  ),
  fc.tuple(
    fc.constant('accept'),
    fc.constantFrom('application/scim+json', 'text/html', '*/*;q=0', 'application/xml', ',,;;q=2'),
  ),
  fc.tuple(fc.constant('x-request-id'), fc.constantFrom('x'.repeat(9_000), 'a b', '../x', '{"a":1}')),
  // The client itself stumbles over a bracket here.
  fc.tuple(
    fc.constant('host'),
    headerText.map(text => text.replaceAll('[', '')),
  ),
  fc.tuple(fc.constant('content-encoding'), fc.constantFrom('gzip', 'identity', 'br')),
)
const headers = fc
  .oneof(
    { arbitrary: fc.constant([]), weight: 5 },
    { arbitrary: fc.array(oddHeader, { maxLength: 3 }), weight: 2 },
  )
  .map((pairs): Record<string, string> => Object.fromEntries(pairs))

const method = fc.constantFrom(
  ...'GET GET GET POST POST PUT PATCH PATCH DELETE HEAD OPTIONS TRACE PROPFIND QUERY'.split(' '),
)
const users = fc.constantFrom('/Users/{user}', '/Users/{user}', '/Users//{user}/')
const groups = fc.constantFrom('/Groups/{group}', '/Groups/{group}', '//Groups/{group}')
const lists = fc.constantFrom('/Users', '/Groups')
const roots = fc.constantFrom('/', '')
const searches = fc.constantFrom('/Users/.search', '/Groups/.search', '/.search')
const bulks = fc.constantFrom('/Bulk', '/Bulk', '/Bulk/', '//Bulk')

/** Method, path and body that belong together, and ones that do not. */
const core = fc.oneof(
  { arbitrary: fc.record({ method: fc.constant('POST'), path: lists, body: resource }), weight: 3 },
  { arbitrary: fc.record({ method: fc.constant('PATCH'), path: users, body: patch }), weight: 5 },
  { arbitrary: fc.record({ method: fc.constant('PATCH'), path: groups, body: patch }), weight: 5 },
  { arbitrary: fc.record({ method: fc.constant('PUT'), path: users, body: resource }), weight: 1 },
  { arbitrary: fc.record({ method: fc.constant('PUT'), path: groups, body: resource }), weight: 1 },
  { arbitrary: fc.record({ method: fc.constant('GET'), path: lists, body: nothing }), weight: 5 },
  { arbitrary: fc.record({ method: fc.constant('POST'), path: searches, body: search }), weight: 2 },
  { arbitrary: fc.record({ method: fc.constant('GET'), path: roots, body: nothing }), weight: 1 },
  { arbitrary: fc.record({ method: fc.constant('POST'), path: bulks, body: bulk }), weight: 3 },
  {
    arbitrary: fc.record({ method: fc.constant('DELETE'), path: fc.oneof(users, groups), body: nothing }),
    weight: 1,
  },
  { arbitrary: fc.record({ method, path, body: anyBody }), weight: 7 },
)

export const fuzzRequest: fc.Arbitrary<FuzzRequest> = fc
  .tuple(
    core,
    fc.record({
      query: fc.oneof(fc.constant([]), fc.array(parameter, { maxLength: 3 })),
      encoding: fc.constantFrom('usual', 'usual', 'usual', 'usual', 'all', 'bare'),
      headers,
      pick: fc.nat(1_000),
    }),
  )
  .map(([one, other]) => ({ ...one, ...other }))
