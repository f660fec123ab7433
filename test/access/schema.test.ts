/* biome-ignore-all lint/suspicious/noTemplateCurlyInString: the vendor's placeholders look like it */
/** The JSON Schema of `bridge.yaml`: current, and of one mind with the readers. */
import { readFile, writeFile } from 'node:fs/promises'
import fc from 'fast-check'
import { test } from 'tap'
import { parse, stringify } from 'yaml'
import { formatProblems } from '../../src/access/format-problems.ts'
import { parseAccessModel } from '../../src/access/parse.ts'
import { accessFileSchema } from '../../src/access/schema/file.ts'
import { schemaErrors, schemaErrorsIn } from '../support/access-schema.ts'
import { runningBridge } from '../support/running-bridge.ts'

const FILE = new URL('../../openapi/bridge.schema.json', import.meta.url)
const COMMAND = 'npm run schema'

/** Every key of the language at least once. */
const everything = `
version: 1
mode: sync
variables: { prefix: dt }
environments:
  prod: { id: abc12345, labels: { stage: prod } }
defaults:
  mode: upsert
  level: account
  group: { description: "Made by {prefix} for {displayName}" }
  bindings: [ { policy: Standard User } ]
  permissions: [ { role: account-viewer } ]
rules:
  - name: teams
    description: What teams get
    mode: sync
    match:
      - "{prefix}-{team}-{role:viewer|editor}"
      - { displayName: { regex: "x-(?P<team>[a-z]+)-(?P<role>viewer|editor)" } }
      - { externalId: "{team}/{role:viewer|editor}" }
    unless:
      - { values: { team: [ platform, sre ], role: editor } }
      - { displayNames: [ dt-legacy-viewer ] }
      - { externalIds: [ 0b8c ] }
    until: 2999-01-31
    reason: The contract ends
    group: { name: "{team} {role}", description: "Of {team}" }
    bindings:
      - policy: team data
        level: [ account, { environments: [ prod, { stage: [ prod ] } ] } ]
        parameters: { team: "{team}" }
        boundaries: [ "team {team}" ]
        accept: [ boundary-partial ]
        until: 2998-01-31
        reason: It is moved
    permissions:
      - role: tenant-viewer
        level: { environments: { stage: prod } }
        managementZones: [ "Payments {team}" ]
        until: 2998-01-31
        reason: It is moved
  - name: several
    match: { displayNames: [ all ] }
    groups:
      - name: one
        description: d
        bindings: [ { policy: P, level: { environments: all } } ]
        permissions: [ { role: account-company-info, level: account } ]
      - name: two
policies:
  - name: team data
    description: d
    level: account
    statement: ALLOW storage:buckets:read, storage:logs:read WHERE storage:dt.security_context = "\${bindParam:team}";
    accept: [ statement-without-effect ]
boundaries:
  - name: team {team}
    for: teams
    query: storage:dt.security_context = "{team}";
    accept: [ boundary-partial ]
expect:
  - name: viewers read
    group: dt-payments-viewer
    externalId: x
    environment: prod
    can: storage:logs:read
    cannot: [ storage:logs:write ]
    where: { "storage:dt.security_context": payments }
  - { groups: [ a, b ], environment: { stage: prod }, cannot: storage:logs:read }
lifecycle: { invite: on-creation, deactivated: strip-groups, deleted: { remove-after: 7d } }
protect: { users: [ owner@acme.example ], groups: [ break-glass ] }
readOnly: false
drift: { repair: apply, changes: hold }
approvals: { expireAfter: 24h, secondPerson: [ widening ] }
guards:
  removals: { count: 20, percent: 10, perDay: { count: 50, percent: 20 } }
  groupShrink: { percent: 50 }
  directoryShrink: { count: 10, percent: 30 }
  widening: hold
  freeze:
    - { from: 2026-12-20T18:00:00Z, until: 2027-01-04T06:00:00Z, reason: Year-end }
    - { weekly: fri 16:00 - mon 06:00, reason: Weekend }
schedule: { full: 5m, audit: 30s }
`

test('the schema in the repository is current', async t => {
  const text = `${JSON.stringify(accessFileSchema(), null, 2)}\n`
  if (process.env.WRITE_SCHEMA === '1') await writeFile(FILE, text)
  t.equal(await readFile(FILE, 'utf8').catch(() => ''), text, `openapi/bridge.schema.json: run ${COMMAND}`)
})

test('the sample, and a file with every key, are taken by the schema', async t => {
  const sample = await readFile(new URL('../../src/access/sample/bridge.yaml', import.meta.url), 'utf8')
  t.match(sample, /^# yaml-language-server: \$schema=\S+\/bridge\.schema\.json\n/)
  t.same(schemaErrors(sample), [])
  t.same(schemaErrors(everything), [])
  t.same(
    problemsOf(everything).filter(message => !message.includes('lint')),
    [],
  )
})

test('every key that the schema has is one that the readers take', async t => {
  const used = new Set(mappingsOf(parse(everything)).flatMap(({ value }) => Object.keys(value)))
  const offered = keysIn(accessFileSchema())
  t.same(
    [...offered].filter(key => !used.has(key)),
    ['include'],
    'the file above has them all, and is read',
  )
})

test('an unknown key is refused by the schema and by the readers, wherever it is', async t => {
  const whole: unknown = parse(everything)
  const places = mappingsOf(whole).filter(({ path }) => !namesOfChoice.test(path.join('.')))
  t.ok(places.length > 30)
  for (const { path } of places) {
    const changed = structuredClone(whole)
    const place = mappingsOf(changed).find(other => other.path.join('.') === path.join('.'))
    if (place === undefined) throw new Error(path.join('.'))
    Object.assign(place.value, { 'not-a-key': 'x' })
    t.not(schemaErrorsIn(changed).length, 0, `the schema: ${path.join('.')}`)
    const found = problemsOf(stringify(changed, { aliasDuplicateObjects: false }))
    t.ok(
      found.some(message => message.includes('unknown key "not-a-key"')),
      `the reader: ${path.join('.')} ${found}`,
    )
  }
})

test('the schema tells of what people get wrong', async t => {
  const wrong: readonly string[] = [
    'rules: []',
    'version: 2\nrules: []',
    'version: 1',
    'version: 1\nmode: sinc\nrules: []',
    'version: 1\nrules: [ { name: a, match: a } ]',
    'version: 1\nrules: [ { name: a, match: a, group: { name: a }, groups: [ { name: b } ] } ]',
    'version: 1\nrules: [ { name: a, match: a, group: { name: a }, until: 2027-01-31 } ]',
    'version: 1\nrules: [ { name: a, match: a, group: { name: a }, until: soon, reason: r } ]',
    'version: 1\nrules: [ { name: a, match: { displayName: a, externalId: b }, group: { name: a } } ]',
    'version: 1\nrules: []\nschedule: { full: 5 minutes }',
    'version: 1\nrules: []\nguards: { removals: { count: 1.5 } }',
  ]
  for (const text of wrong) {
    t.not(schemaErrors(text).length, 0, text)
    t.not(problemsOf(text).length, 0, text)
  }
})

test('whatever the readers take, the schema takes', async () => {
  const whole: unknown = parse(everything)
  const places = placesIn(whole).filter(path => path.length > 0)
  const junk = fc.constantFrom<unknown>(
    ...[null, 7, true, '', ' ', 'x', 'all', 'account', '{team}', '2027-02-03', 'prod', 'a:b:c'],
    ...[
      [],
      {},
      ['x'],
      [null],
      [[]],
      { x: 'y' },
      { name: 'x' },
      { environments: 'prod' },
      { regex: 'x' },
      ['account'],
    ],
  )
  const change = fc.record({ place: fc.constantFrom(...places), by: junk, removed: fc.boolean() })
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), changes => {
      const changed = changes.reduce(
        (value, { place, by, removed }) => withChange(value, place, removed, by),
        whole,
      )
      const text = stringify(changed, { aliasDuplicateObjects: false })
      const parsed = parseAccessModel(text, 'bridge.yaml')
      if (parsed.kind === 'valid' && schemaErrorsIn(changed).length > 0) {
        throw new Error(`taken:\n${text}\nbut ${JSON.stringify(schemaErrorsIn(changed), null, 1)}`)
      }
    }),
    { numRuns: 400 },
  )
})

test('included files have a schema of their own', async t => {
  t.same(schemaErrors('rules: [ { name: a, match: a, group: { name: a } } ]', 'included'), [])
  t.not(schemaErrors('mode: sync', 'included').length, 0)
})

test('the bridge serves the schema to editors', async t => {
  const bridge = await runningBridge(t, { rules: 'version: 1\nrules: []', start: false })
  const answer = await bridge.call('GET', '/bridge.schema.json', undefined, { authorization: '' })
  t.equal(answer.statusCode, 200, 'without a token')
  t.match(answer.headers['content-type'], /^application\/schema\+json/)
  t.same(answer.json(), accessFileSchema())
})

/** Mappings whose keys people choose. */
const namesOfChoice =
  /(?:^|\.)(?:environments|labels|parameters|variables|where|values)$|environment$|level\.(?:.*\.)?environments\.\d+$/

interface Mapping {
  readonly path: readonly (string | number)[]
  readonly value: Readonly<Record<string, unknown>>
}

function mappingsOf(value: unknown, path: readonly (string | number)[] = []): readonly Mapping[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => mappingsOf(item, [...path, index]))
  if (!isMapping(value)) return []
  const inner = Object.entries(value).flatMap(([key, item]) => mappingsOf(item, [...path, key]))
  return [{ path, value }, ...inner]
}

type Place = readonly (string | number)[]

function placesIn(value: unknown, path: Place = []): readonly Place[] {
  const inner = Array.isArray(value)
    ? value.flatMap((item, index) => placesIn(item, [...path, index]))
    : isMapping(value)
      ? Object.entries(value).flatMap(([key, item]) => placesIn(item, [...path, key]))
      : []
  return [path, ...inner]
}

function withChange(value: unknown, [step, ...rest]: Place, isRemoved: boolean, by: unknown): unknown {
  if (step === undefined) return by
  const change = (inner: unknown) => withChange(inner, rest, isRemoved, by)
  const isHere = rest.length === 0 && isRemoved
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => (index !== step ? [item] : isHere ? [] : [change(item)]))
  }
  if (!isMapping(value)) return value
  const entries = Object.entries(value).flatMap(([key, item]): [string, unknown][] =>
    key !== step ? [[key, item]] : isHere ? [] : [[key, change(item)]],
  )
  return Object.fromEntries(entries)
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** Names of properties anywhere in a JSON Schema. */
function keysIn(schema: unknown): ReadonlySet<string> {
  const properties = mappingsOf(schema).filter(
    ({ path, value }) => path.at(-1) === 'properties' && Object.values(value).every(isMapping),
  )
  return new Set(properties.flatMap(({ value }) => Object.keys(value)))
}

function problemsOf(text: string): readonly string[] {
  const parsed = parseAccessModel(text, 'bridge.yaml')
  if (parsed.kind === 'valid') return []
  formatProblems(parsed.problems)
  return parsed.problems.map(({ message }) => message)
}
