/** Groups × places, and the same for spreadsheets. */
import fc from 'fast-check'
import { test } from 'tap'
import { csvHead, csvLine, csvRow, csvUnknownRow } from '../../src/access/matrix/csv.ts'
import { matrixPlaces, matrixRow } from '../../src/access/matrix/matrix.ts'
import { binding, factsOf, group, role } from '../support/access-facts.ts'

const team = { parameters: { team: 'pay' }, boundaries: ['team pay', 'team shop'] }
const payments = group(
  'Payments',
  ['pay-eu', 'pay-us', 'pay-eu'],
  [binding('Standard User'), binding('team data', 'prod', team)],
  [role('account-viewer'), role('tenant-viewer', 'stage', 'Shop')],
)
const facts = factsOf({
  members: { 'pay-eu': ['ana', 'ben'], 'pay-us': ['ben', 'gone'] },
  inactive: ['gone'],
  groups: [payments],
})
const places = matrixPlaces(facts.model)

test('a row tells where a group comes from, how many it has, and what counts in each place', async t => {
  const standard = { policy: 'Standard User', parameters: {}, boundaries: [] }
  const { cells, ...row } = matrixRow(payments, places, facts.snapshot)
  t.same(row, { group: 'Payments', idpGroups: ['pay-eu', 'pay-us'], rules: ['rule'], members: 2 })
  t.same(cells, [
    {
      place: { kind: 'account' },
      policies: [{ ...standard, inherited: false }],
      roles: [{ role: 'account-viewer', zone: undefined }],
    },
    {
      place: { kind: 'environment', name: 'prod', id: 'prod-id' },
      policies: [
        { ...standard, inherited: true },
        { policy: 'team data', ...team, inherited: false },
      ],
      roles: [],
    },
    {
      place: { kind: 'environment', name: 'stage', id: 'stage-id' },
      policies: [{ ...standard, inherited: true }],
      roles: [{ role: 'tenant-viewer', zone: 'Shop' }],
    },
  ])
})

test('as CSV', async t => {
  t.equal(
    csvHead(places) + csvRow(matrixRow(payments, places, facts.snapshot)),
    [
      'group,IdP groups,rules,active members,account,prod (prod-id),stage (stage-id)',
      'Payments,pay-eu; pay-us,rule,2,Standard User; role account-viewer,' +
        '"Standard User [account]; team data (team=pay) within ""team pay"" or ""team shop""",' +
        '"Standard User [account]; role tenant-viewer in zone ""Shop"""',
      '',
    ].join('\r\n'),
  )
})

test('a group nobody can tell about is a row all the same', async t => {
  const unknown = 'not known: rules contradict each other'
  t.equal(csvUnknownRow('Torn', 2), `Torn,,,,${unknown},${unknown}\r\n`)
})

test('no field is taken for a formula by a spreadsheet', async t => {
  for (const start of ['=', '+', '-', '@', '\t', '\r']) {
    t.match(csvLine([`${start}cmd|' /C calc'!A0`, 'b']), `'${start}cmd`, JSON.stringify(start))
  }
  t.equal(csvLine(['=HYPERLINK("x","y")', "it's", 'a-b', '2']), `"'=HYPERLINK(""x"",""y"")",it's,a-b,2\r\n`)
})

test('whatever the fields hold, they can be read back', async () => {
  const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\r', '\n', ';', 'ü', '=', ' ') })
  fc.assert(
    fc.property(fc.array(field, { minLength: 1, maxLength: 5 }), fields => {
      const read = readLine(csvLine(fields)).map((text, at) =>
        fields[at] === text.slice(1) ? text.slice(1) : text,
      )
      return JSON.stringify(read) === JSON.stringify(fields)
    }),
  )
})

/** RFC 4180, one record. */
function readLine(line: string): readonly string[] {
  const fields: string[] = []
  let rest = line
  for (;;) {
    const [all = '', quoted, plain = '', end = ''] =
      /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest) ?? []
    if (all === '') throw new Error(`not CSV: ${JSON.stringify(rest)}`)
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'))
    rest = rest.slice(all.length)
    if (end !== ',') return rest === '' ? fields : [...fields, rest]
  }
}
