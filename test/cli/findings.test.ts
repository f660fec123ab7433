/** `scim-bridge findings`: what it prints, and how it ends. */
import { stripVTControlCharacters } from 'node:util'
import { test } from 'tap'
import { findingLines } from '../../src/cli/output/closing-text.ts'
import { findingsText } from '../../src/cli/output/findings-text.ts'
import type { Finding } from '../../src/lib/finding.ts'
import { command, envOf } from '../support/command.ts'
import { type RunningBridge, runningBridge } from '../support/running-bridge.ts'

const RULES = `
version: 1
rules:
  - name: team access
    match: dt-{team}-viewer
    group: { name: "{team} viewers" }
    bindings: [ { policy: Standard User, level: account } ]
`
const now = new Date('2026-11-08T12:00:00Z')

test('findings are listed by severity, with what to do', async t => {
  const found = {
    findings: [
      finding({
        kind: 'name-taken',
        severity: 'error',
        subject: 'group sre',
        message:
          'The account has a group "sre" that the bridge did not make; it is left alone, and nobody gets access by it.',
        remedy:
          'Rename or delete that group in Dynatrace, or choose another name for the group in bridge.yaml.',
        since: '2026-11-05T12:00:00Z',
      }),
      finding({
        kind: 'no-access',
        severity: 'warning',
        subject: 'user bo@acme.example',
        message:
          '"bo@acme.example" can sign in and sees nothing: no rule gives this person a policy, or a role that shows an environment.',
        remedy:
          'Put this person in an IdP group whose rule grants a policy, or set lifecycle.invite to with-first-access.',
        since: '2026-11-08T11:00:00Z',
      }),
      finding({ severity: 'info', subject: 'IdP group a\u001b[2Jb', since: undefined }),
    ],
    totals: { 'name-taken': 1, 'no-access': 1, kind: 1, 'no-usable-email': 300 },
  }
  const text = findingsText(found, { colour: false, now })
  t.equal(
    text,
    `Errors
  group sre  (name-taken, for 3 days)
    The account has a group "sre" that the bridge did not make; it is left
    alone, and nobody gets access by it.
    → Rename or delete that group in Dynatrace, or choose another name for the
      group in bridge.yaml.

Warnings
  user bo@acme.example  (no-access, for 1 hour)
    "bo@acme.example" can sign in and sees nothing: no rule gives this person a
    policy, or a role that shows an environment.
    → Put this person in an IdP group whose rule grants a policy, or set
      lifecycle.invite to with-first-access.

To know
  IdP group a\\u{1b}[2Jb  (kind, new)
    message
    → remedy

300 more of kind no-usable-email are not listed.
1 error, 1 warning, 1 to know.
`,
  )
  t.equal(stripVTControlCharacters(findingsText(found, { colour: true, now })), text)
  t.ok(text.split('\n').every(line => line.length <= 80))
  t.equal(findingsText({ findings: [], totals: {} }, { colour: false, now }), 'No findings.\n')
})

test('below a plan many of one kind are cut short', async t => {
  const many = Array.from({ length: 12 }, (_, n) => finding({ kind: 'no-access', subject: `user ${n}` }))
  const lines = findingLines([...many, finding({ kind: 'other', subject: 'last' })], { colour: false })
  t.same(lines, [
    'Findings',
    ...[0, 1, 2].flatMap(n => [`  info user ${n}: message`, '        remedy']),
    '        and 9 more of kind no-access',
    '  info last: message',
    '        remedy',
    '',
  ])
  t.equal(findingLines(many.slice(0, 4), { colour: false }).length, 10, 'one more is told as well')
})

test('the command', async t => {
  const bridge = await runningBridge(t, { rules: RULES })
  t.match(await cli(bridge, '--severity', 'warning'), { code: 0, out: 'No findings.\n' })
  await bridge.user('bo')
  await bridge.group('dt-payments-viewer', [await bridge.user('ana')])
  await bridge.group('dt-empty-viewer', [])
  await bridge.run('apply')

  const all = await cli(bridge)
  t.equal(all.code, 2)
  t.match(
    all.out,
    /^Warnings\n {2}user bo@acme\.example {2}\(no-access, for \d+ seconds?\)\n[\s\S]*\nTo know\n/,
  )
  t.match(all.out, /group empty viewers {2}\(empty-group/)
  t.match(await cli(bridge, '--kind', 'empty-group'), { code: 0, out: /^To know\n[\s\S]*1 to know\.\n$/ })
  const { code, out } = await cli(bridge, '--json', '--severity', 'warning')
  t.equal(code, 2)
  t.match(JSON.parse(out), { findings: [{ kind: 'no-access' }], totals: { 'no-access': 1 } })
  t.match(await cli(bridge, '--severity', 'loud'), {
    code: 1,
    err: /Allowed choices are info, warning, error/,
  })
})

const cli = (bridge: RunningBridge, ...args: readonly string[]) =>
  command(['findings', ...args], envOf(bridge))

function finding(given: Partial<Finding>): Finding {
  return { kind: 'kind', severity: 'info', subject: 's', message: 'message', remedy: 'remedy', ...given }
}
