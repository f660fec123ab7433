/** Attribute paths and filters, grammatical and broken. */
import fc from 'fast-check'
import { hostileText } from './hostile-json.ts'

export const CORE = 'urn:ietf:params:scim:schemas:core:2.0:'
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'

const PATHS = [
  'userName USERNAME name name.givenName displayName externalId active id meta meta.lastModified meta.version',
  'schemas emails emails.value emails.primary groups groups.value members members.value Members.$ref roles',
  'addresses photos password title x509Certificates phoneNumbers.type manager nothing urn:a:b toString',
  `${ENTERPRISE} ${ENTERPRISE}:manager ${ENTERPRISE}:manager.value ${ENTERPRISE}:__proto__`,
  `${CORE}User ${CORE}User:userName ${CORE}Group:members`,
  '__proto__ constructor constructor.prototype __proto__.polluted emails.__proto__',
].flatMap(line => line.split(' '))

export const attribute = fc.oneof(
  { arbitrary: fc.constantFrom(...PATHS), weight: 8 },
  { arbitrary: hostileText, weight: 1 },
)

const LITERALS =
  '"{user}" "{user}" "{group}" "work" true "True" null 5 -1e9 1e999 02 " work "2026-01-01T00:00:00Z" "\\ud800" ""'

const literal = fc.oneof(
  { arbitrary: fc.constantFrom(...LITERALS.split(' ')), weight: 4 },
  { arbitrary: hostileText.map(text => JSON.stringify(text)), weight: 2 },
)

const operator = fc.constantFrom(...'eq Eq ne co sw ew gt ge lt le pr regex'.split(' '))
const junction = fc.constantFrom('and', 'or', 'AND', 'xor')

export const filter: fc.Arbitrary<string> = fc.letrec<{ filter: string }>(tie => ({
  filter: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc
      .tuple(attribute, operator, literal)
      .map(([path, op, value]) => (op === 'pr' ? `${path} pr` : `${path} ${op} ${value}`)),
    fc.tuple(tie('filter'), junction, tie('filter')).map(parts => parts.join(' ')),
    tie('filter').map(inner => `not (${inner})`),
    tie('filter').map(inner => `(${inner})`),
    fc.tuple(attribute, tie('filter')).map(([path, inner]) => `${path}[${inner}]`),
    fc
      .tuple(attribute, tie('filter'), literal)
      .map(([path, inner, value]) => `${path}[${inner}].value eq ${value}`),
  ),
})).filter

/** Also cut off, followed by junk, deep and long. */
export const anyFilter = fc.oneof(
  { arbitrary: filter, weight: 12 },
  { arbitrary: fc.tuple(filter, hostileText).map(([text, junk]) => text + junk), weight: 2 },
  { arbitrary: filter.map(text => text.slice(0, text.length >> 1)), weight: 2 },
  { arbitrary: many(600, n => Array(n).fill('title eq "x"').join(' or ')), weight: 1 },
  { arbitrary: many(900, n => `${'not ('.repeat(n)}title pr${')'.repeat(n)}`), weight: 1 },
  { arbitrary: many(900, n => `${'emails['.repeat(n)}type pr`), weight: 1 },
  { arbitrary: many(9_000, n => `title eq "${'\\"'.repeat(n)}`), weight: 1 },
  { arbitrary: hostileText, weight: 1 },
)

function many(most: number, text: (n: number) => string): fc.Arbitrary<string> {
  return fc.integer({ min: 1, max: most }).map(text)
}
