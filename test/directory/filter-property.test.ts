/** Whatever the filter, the directory finds what a plain reading of RFC 7644 §3.4.2.2 finds, on both databases. */
import fc from 'fast-check'
import type { Test } from 'tap'
import { sqlDirectory } from '../../src/directory/sql-directory.ts'
import { systemClock } from '../../src/lib/clock.ts'
import type { Json, JsonObject } from '../../src/scim/json.ts'
import { isObject } from '../../src/scim/normalise.ts'
import { elementsOf } from '../../src/scim/patch-list.ts'
import { parseQueryFilter } from '../../src/scim/query-filter.ts'
import type { ResourceType } from '../../src/scim/schema/attribute.ts'
import { groupType } from '../../src/scim/schema/group.ts'
import { userType } from '../../src/scim/schema/user.ts'
import { eachDatabase, type TestDatabase } from '../support/databases.ts'

const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const cause = { requestId: 'r', actor: 'test' }

eachDatabase({
  'a filter over users finds what it means': async (t, database) => {
    const { directory, users } = await filled(database)
    await agrees(t, users, userType, userPaths, filter =>
      directory.listUsers({ filter, startIndex: 1, count: 500 }),
    )
  },
  'a filter over groups finds what it means': async (t, database) => {
    const { directory, groups } = await filled(database)
    await agrees(t, groups, groupType, groupPaths, filter =>
      directory.listGroups({ filter, startIndex: 1, count: 500 }),
    )
  },
  'hundreds of conditions make no statement that a database refuses': async (t, database) => {
    const { directory, users } = await filled(database)
    const [first] = users
    for (const word of ['or', 'and']) {
      const text = Array.from({ length: 550 }, () => `id eq""`).join(` ${word} `)
      const filter = parseQueryFilter(`${text} or id eq "${first?.id}"`, userType)
      const page = await directory.listUsers({ filter, startIndex: 1, count: 5 })
      t.same(
        page.items.map(({ id }) => id),
        [first?.id],
      )
    }
  },
})

type Find = (filter: ReturnType<typeof parseQueryFilter>) => Promise<{
  readonly total: number
  readonly items: readonly { readonly id: string }[]
}>

async function agrees(
  t: Test,
  resources: readonly JsonObject[],
  type: ResourceType,
  paths: readonly Path[],
  find: Find,
): Promise<void> {
  let found = 0
  const property = fc.asyncProperty(conditions(paths), async ({ text, holds }) => {
    const expected = resources
      .filter(holds)
      .map(({ id }) => String(id))
      .sort()
    // Once as SQL can say it, once so that rows must be looked at one by one.
    for (const asked of [text, `(${text}) and not (nickName eq "nobody")`]) {
      const page = await find(parseQueryFilter(asked, type))
      const ids = page.items.map(({ id }) => id).sort()
      if (page.total !== ids.length || ids.join() !== expected.join()) {
        throw new Error(`${asked} found ${page.total}: ${ids}; it means ${expected}`)
      }
    }
    found += expected.length
  })
  await fc.assert(property, { numRuns: 250 })
  t.ok(found > 500, 'filters that find something')
}

/** A filter as text, and what it means. */
interface Stated {
  readonly text: string
  readonly holds: (resource: JsonObject) => boolean
}

/** An attribute, written by hand: how to find its values and how they compare. */
interface Path {
  readonly name: string
  readonly kind: 'folded' | 'exact' | 'instant' | 'truth'
  readonly values: (resource: JsonObject) => readonly Json[]
  readonly candidates: readonly string[]
}

function conditions(paths: readonly Path[]): fc.Arbitrary<Stated> {
  const leaf: fc.Arbitrary<Stated> = fc
    .constantFrom(...paths)
    .chain(path =>
      fc.tuple(fc.constant(path), operators(path), fc.constantFrom(...path.candidates), fc.nat(2)),
    )
    .map(([path, op, wanted, spelling]) => stated(path, op, wanted, spelling))
  return fc.letrec<{ filter: Stated }>(tie => ({
    filter: fc.oneof(
      { maxDepth: 3 },
      leaf,
      tie('filter').map(({ text, holds }) => ({
        text: `not (${text})`,
        holds: (one: JsonObject) => !holds(one),
      })),
      fc.tuple(tie('filter'), tie('filter')).map(([left, right]) => ({
        text: `(${left.text}) and (${right.text})`,
        holds: (one: JsonObject) => left.holds(one) && right.holds(one),
      })),
      fc.tuple(tie('filter'), tie('filter')).map(([left, right]) => ({
        text: `((${left.text}) OR (${right.text}))`,
        holds: (one: JsonObject) => left.holds(one) || right.holds(one),
      })),
      inBrackets(paths),
    ),
  })).filter
}

/** Both conditions on one element. */
function inBrackets(paths: readonly Path[]): fc.Arbitrary<Stated> {
  const [list, values] =
    paths === userPaths ? (['emails', emailValues] as const) : (['members', memberIds] as const)
  return fc
    .tuple(fc.constantFrom(...values), fc.constantFrom('work', 'home', 'User'), fc.nat(3))
    .map(([value, type, spelling]) => ({
      text: bothOf(list, JSON.stringify(value), type, spelling),
      holds: (one: JsonObject) =>
        at(list)(one).some(element => {
          const [found] = isObject(element) ? at('value')(element) : []
          const [kind = ''] = isObject(element) ? at('type')(element) : []
          const isSame = list === 'emails' ? fold(String(found)) === fold(value) : found === value
          return isSame && fold(String(kind)) === fold(type)
        }),
    }))
}

function bothOf(list: string, value: string, type: string, spelling: number): string {
  switch (spelling) {
    case 0:
      return `${list}[value eq ${value} and type eq "${type}"]`
    case 1:
      return `${list}[not (not (value eq ${value})) and type eq "${type}"]`
    case 2:
      return `${list.toUpperCase()}[TYPE eq "${type}" and (value eq ${value} or value eq "nobody")]`
    default:
      return `${list}[type eq "${type}"].value eq ${value}`
  }
}

function operators({ kind }: Path): fc.Arbitrary<string> {
  if (kind === 'truth') return fc.constantFrom('eq', 'ne', 'pr')
  if (kind === 'instant') return fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le', 'pr')
  return fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le', 'pr', 'null', 'not null')
}

function stated(path: Path, op: string, wanted: string, spelling: number): Stated {
  const name = [path.name, path.name.toUpperCase(), path.name.toLowerCase()][spelling] ?? path.name
  const values = (one: JsonObject) => path.values(one).filter(value => value !== undefined && value !== '')
  if (op === 'pr') return { text: `${name} pr`, holds: one => values(one).length > 0 }
  if (op === 'null') return { text: `${name} eq null`, holds: one => values(one).length === 0 }
  if (op === 'not null') return { text: `${name} ne null`, holds: one => values(one).length > 0 }
  const literal = path.kind === 'truth' && spelling > 0 ? wanted : JSON.stringify(wanted)
  return {
    text: `${name} ${spelling === 1 ? op.toUpperCase() : op} ${literal}`,
    holds: one => {
      const present = values(one)
      if (op === 'ne' && present.length === 0) return true
      return present.some(value => relates(key(path, value), op, key(path, wanted)))
    },
  }
}

function key({ kind }: Path, value: unknown): string | number {
  switch (kind) {
    case 'folded':
      return fold(String(value))
    case 'exact':
      return String(value)
    case 'instant':
      return new Date(String(value)).getTime()
    case 'truth':
      return String(value)
  }
}

const fold = (text: string): string => text.normalize('NFC').toLowerCase().normalize('NFC')

function relates(left: string | number, op: string, right: string | number): boolean {
  const order =
    typeof left === 'number' && typeof right === 'number'
      ? left - right
      : Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)))
  switch (op) {
    case 'eq':
      return order === 0
    case 'ne':
      return order !== 0
    case 'gt':
      return order > 0
    case 'ge':
      return order >= 0
    case 'lt':
      return order < 0
    case 'le':
      return order <= 0
    case 'co':
      return String(left).includes(String(right))
    case 'sw':
      return String(left).startsWith(String(right))
    default:
      return String(left).endsWith(String(right))
  }
}

const names = [
  'ada@acme.example',
  'ADA@acme.example2',
  'zoë',
  'zoe\u0308b',
  '100%_\\',
  'ＡＢ\uff5e',
  '😀x',
  '\ud7ff-last',
  'a"b',
  "o'hara",
  '\u{10ffff}end',
  'ΟΔΟΣ',
  'İstanbul',
]
const parts = [
  ...names,
  '',
  'a',
  'A',
  'ë',
  'e',
  '%',
  '_',
  '\\',
  '😀',
  '\u{10ffff}',
  '\ud7ff',
  '.EXAMPLE',
  'σ',
]
const emailValues = ['ada@acme.example', 'Ada@Acme.example', 'zoe@home.example']
const memberIds: string[] = []
const instants = [
  '2026-01-01T00:00:00Z',
  '2026-01-01T00:00:01.5+00:00',
  '2026-01-01T02:00:03+02:00',
  '2026-01-01',
  '2026-01-01T00:00:00.001Z',
]
const common: readonly Path[] = [
  { name: 'externalId', kind: 'exact', values: at('externalId'), candidates: parts },
  { name: 'meta.created', kind: 'instant', values: at('meta', 'created'), candidates: instants },
  { name: 'meta.lastModified', kind: 'instant', values: at('meta', 'lastModified'), candidates: instants },
]
const userPaths: readonly Path[] = [
  ...common,
  { name: 'userName', kind: 'folded', values: at('userName'), candidates: parts },
  { name: `${userType.schema.id}:userName`, kind: 'folded', values: at('userName'), candidates: parts },
  { name: `${groupType.schema.id}:userName`, kind: 'folded', values: () => [], candidates: parts },
  { name: 'title', kind: 'folded', values: at('title'), candidates: parts },
  { name: 'active', kind: 'truth', values: at('active'), candidates: ['true', 'false'] },
  { name: 'emails', kind: 'folded', values: at('emails', 'value'), candidates: emailValues },
  { name: 'emails.value', kind: 'folded', values: at('emails', 'value'), candidates: emailValues },
  {
    name: `${enterprise}:department`,
    kind: 'folded',
    values: at(enterprise, 'department'),
    candidates: parts,
  },
  { name: 'groups.display', kind: 'folded', values: at('groups', 'display'), candidates: parts },
]
const groupPaths: readonly Path[] = [
  ...common,
  { name: 'displayName', kind: 'folded', values: at('displayName'), candidates: parts },
  { name: 'members.value', kind: 'exact', values: at('members', 'value'), candidates: ['ID', 'parked'] },
  { name: 'members', kind: 'exact', values: at('members', 'value'), candidates: ['PARKED', 'parked'] },
]

/** All values behind the names, through lists. */
function at(...names: readonly string[]): (resource: JsonObject) => readonly Json[] {
  return resource =>
    names.reduce<readonly Json[]>(
      (found, name) => found.flatMap(value => (isObject(value) ? elementsOf(value[name]) : [])),
      [resource],
    )
}

/** Users and groups of which the odd ones lack what the others have. */
async function filled(database: TestDatabase) {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const clock = { ...systemClock, now: () => new Date(now) }
  const store = await database.open(clock)
  const directory = sqlDirectory({ store, clock })
  const users: JsonObject[] = []
  for (const [index, userName] of names.entries()) {
    const attributes = {
      schemas: [userType.schema.id],
      userName,
      active: index % 3 !== 0,
      ...(index % 2 === 0 ? { externalId: names[(index + 3) % names.length] ?? '' } : {}),
      ...(index % 4 === 0 ? { title: names[(index + 5) % names.length] ?? '' } : {}),
      ...(index % 3 === 0 ? {} : { emails: emailsOf(index) }),
      ...(index % 5 === 0 ? { [enterprise]: { department: names[(index + 1) % names.length] ?? '' } } : {}),
    }
    const created = await directory.createUser(attributes, cause)
    now += 750
    users.push({
      ...attributes,
      id: created.id,
      meta: { created: created.createdAt, lastModified: created.modifiedAt },
    })
  }
  const groups: JsonObject[] = []
  for (const [index, displayName] of names.entries()) {
    const attributes = {
      schemas: [groupType.schema.id],
      displayName,
      externalId: index % 2 === 0 ? 'A' : 'ä',
    }
    const members = [
      ...(index % 2 === 0 ? [{ id: String(users[index]?.id), kind: 'User' as const }] : []),
      ...(index % 3 === 0 ? [{ id: 'parked', kind: 'User' as const }] : []),
    ]
    const created = await directory.createGroup(attributes, [{ kind: 'add', members }], cause)
    now += 750
    const listed = members.map(({ id, kind }) => ({ value: id, type: kind }))
    groups.push({
      ...attributes,
      id: created.id,
      members: listed,
      meta: { created: created.createdAt, lastModified: created.modifiedAt },
    })
  }
  memberIds.splice(0, memberIds.length, 'parked', String(users[0]?.id), String(users[1]?.id))
  const groupsOf = await directory.groupsOfUsers(users.map(({ id }) => String(id)))
  return {
    directory,
    groups,
    users: users.map(
      (user): JsonObject => ({
        ...user,
        groups: (groupsOf.get(String(user.id)) ?? []).map(({ id, displayName }) => ({
          value: id,
          display: displayName,
        })),
      }),
    ),
  }
}

function emailsOf(index: number): readonly JsonObject[] {
  const value = emailValues[index % emailValues.length] ?? ''
  return [
    { value, type: index % 2 === 0 ? 'work' : 'home' },
    ...(index % 4 === 0 ? [{ value: 'zoe@home.example', type: 'home' }] : []),
  ]
}
