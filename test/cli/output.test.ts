/** What people read at the terminal, line by line. */

import { stripVTControlCharacters } from 'node:util'
import { test } from 'tap'
import { accessText } from '../../src/cli/output/access-text.ts'
import { ageText } from '../../src/cli/output/age-text.ts'
import { driftText } from '../../src/cli/output/drift-text.ts'
import { journalText } from '../../src/cli/output/journal-text.ts'
import { planText } from '../../src/cli/output/plan-text.ts'
import { runText } from '../../src/cli/output/run-text.ts'
import { table } from '../../src/cli/output/table.ts'
import { driftOf } from '../../src/http/ops/drift.ts'
import { planOf } from '../../src/http/ops/plan-schema.ts'
import type { Run } from '../../src/reconcile/run.ts'
import type { StateBinding } from '../../src/reconcile/state.ts'
import type { Step, StepAction, Verdict } from '../../src/reconcile/step.ts'

const plain = { colour: false }
const cy = { emailKey: 'cy@acme.example', email: 'cy@acme.example' }
const byHand = 'No rule grants it to this group: it was given by hand, or its rule has changed.'

test('a plan', async t => {
  t.test('reads like one of Terraform', async t => {
    t.equal(
      planText(sampleRun(), plain),
      `Plan run-4f9c21ab07 (full pass, 2026-11-01T12:00:00.000Z)

  Group "payments viewers"
    + create group "payments viewers"
        IdP group "dt-payments-viewer-prod" by rule "team access".
    + bind "team data" (team=payments) on environment prod (abc12345), within "team payments"
        Granted by rule "team access".
    + add ana@acme.example
        Member of IdP group "dt-payments-viewer-prod", rule "team access".

  Group "search"
    ~ rename group "search" to "search editors"
        name: "search" → "search editors"
        description: "" → "Provisioned from dt-search-editor-prod"
        IdP group "dt-search-editor-prod" by rule "team access".
    ~ change boundaries of "team data" on the account
        no boundary → "team search". Granted by rule "team access".
    - unbind "Admin User" on the account
        No rule grants it to this group: it was given by hand, or its rule has changed.
    - remove bo@acme.example
        Deactivated in the IdP: groups are taken away, the account user stays.
        held by removals: 25 removals in one pass are more than guards.removals.count allows (20).
    - revoke role account-viewer on the account
        No rule grants it to this group: it was given by hand, or its rule has changed.

  User cy@acme.example
    + invite cy@acme.example
        The IdP provisions this person (lifecycle.invite: on-creation).
    - remove cy@acme.example from the account
        Deleted in the IdP, and the grace period of 7d is over.
        refused by protected-user: cy@acme.example is protected (protect.users in bridge.yaml).

Findings
  warning environment stage: Nobody has access.
        Add a binding for it.

1 step waits for a person:
  scim-bridge approve run-4f9c21ab07 --by <your name> --reason <why>
  scim-bridge reject run-4f9c21ab07 --by <your name> --reason <why>

Plan: 4 to add, 2 to change, 2 to remove, 1 held, 1 refused.
12 users, 1 group and 40 bindings of the account are not ours and stay untouched.
14 Dynatrace calls (bindings.list 3, groups.list 1, users.get 10).
`,
    )
  })

  t.test('of an account that matches says so', async t => {
    const quiet: Run = {
      ...sampleRun(),
      status: 'in-step',
      plan: { hash: 'x', steps: [] },
      findings: [],
      calls: {},
    }
    t.equal(
      planText(quiet, plain),
      `Plan run-4f9c21ab07 (full pass, 2026-11-01T12:00:00.000Z)

No differences. The account matches.
12 users, 1 group and 40 bindings of the account are not ours and stay untouched.
`,
    )
  })

  t.test('never claims to match what could not be read', async t => {
    const blank: Run = { ...sampleRun(), plan: { hash: 'x', steps: [] }, findings: [] }
    const partial = planText({ ...blank, status: 'partial', problems: ['bindings.list: 500'] }, plain)
    t.match(partial, '! bindings.list: 500')
    t.match(partial, 'No differences in what could be read; not everything could.')
    const failed = planText({ ...blank, status: 'failed', problems: ['no token'] }, plain)
    t.match(failed, 'No plan: the pass failed.')
    t.notMatch(failed, /not ours|matches/)
  })

  t.test('has colours only where they are wanted', async t => {
    const coloured = planText(sampleRun(), { colour: true })
    t.match(coloured, '\u001b[32m+\u001b[39m')
    t.match(coloured, '\u001b[31m-\u001b[39m')
    t.equal(stripVTControlCharacters(coloured), planText(sampleRun(), plain))
  })

  t.test('shows what a name would do to the terminal instead of doing it', async t => {
    const nasty = 'x\u001b[2J\u202egnp\r\ny'
    const steps = [
      step(
        { kind: 'create-group', group: { ref: 'new:x', name: nasty, description: '' }, sources: [] },
        `create group "${nasty}"`,
        nasty,
      ),
      step({ kind: 'add-member', group: 'new:x', emailKey: 'a', email: 'a' }, `add a to "${nasty}"`, ''),
    ]
    const text = planText({ ...sampleRun(), plan: { hash: 'x', steps } }, plain)
    for (const character of ['\u001b', '\r', '\u202e']) t.notOk(text.includes(character))
    t.match(text, 'Group "x\\u{1b}[2J\\u{202e}gnp\\u{d}\\u{a}y"')
    t.match(text, '    + add a\n')
  })

  t.test('of a keyed pass names its keys and does not speak of the rest', async t => {
    const text = planText({ ...sampleRun(), scope: ['user ana@acme.example', 'group dt-x'] }, plain)
    t.match(text, '(user ana@acme.example, group dt-x, ')
    t.notMatch(text, 'not ours')
  })

  t.test('of many keys names a few and counts the rest', async t => {
    const scope = Array.from({ length: 300 }, (_, index) => `user person-${index}@acme.example`)
    const [heading = ''] = planText({ ...sampleRun(), scope }, plain).split('\n')
    t.match(heading, '(user person-0@acme.example and 299 more, 2026-')
    const [long = ''] = planText({ ...sampleRun(), scope: [`group ${'x'.repeat(300)}\u001b`] }, plain).split(
      '\n',
    )
    t.ok(long.length <= 110, long)
  })

  t.test('keeps to 110 columns', async t => {
    const words = 'Nobody who is in it has any access at all, '.repeat(6)
    const run: Run = {
      ...sampleRun(),
      plan: {
        hash: 'x',
        steps: [
          step({ kind: 'invite-user', ...cy }, `invite ${words}`, words, {
            kind: 'hold',
            guard: 'removals',
            reason: words,
          }),
        ],
      },
      findings: [{ kind: 'x', severity: 'warning', subject: 's', message: words, remedy: words }],
      problems: [words],
      calls: Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`operation-${index}`, index])),
    }
    for (const text of [planText(run, plain), runText(run, plain)]) {
      for (const line of text.split('\n')) t.ok(line.length <= 110, line)
      t.match(text, / operation-9 9\)\.\n/)
    }
  })

  t.test('for programs holds everything', async t => {
    const run = sampleRun()
    t.match(JSON.parse(JSON.stringify(planOf(run))), {
      run: run.id,
      summary: { add: 4, change: 2, remove: 2, held: 1, refused: 1 },
      steps: run.plan.steps,
      unmanaged: run.unmanaged,
      calls: run.calls,
    })
  })
})

test('the result of an apply tells each step', async t => {
  const run = sampleRun()
  const [created, bound, joined] = run.plan.steps
  if (created === undefined || bound === undefined || joined === undefined) throw new Error('no steps')
  const applied: Run = {
    ...run,
    mode: 'apply',
    status: 'partial',
    findings: [],
    plan: { hash: 'x', steps: [created, bound, joined] },
    results: {
      [created.id]: { kind: 'applied' },
      [bound.id]: { kind: 'failed', reason: 'Dynatrace said: policy not found' },
    },
  }
  t.equal(
    runText(applied, plain),
    `Run run-4f9c21ab07 (apply, asked for by Dana, 2026-11-01T12:00:00.000Z)

  ✓ create group "payments viewers"
  ✗ bind "team data" (team=payments) on environment prod (abc12345), within "team payments" to "payments
    viewers"
      Dynatrace said: policy not found
  · add ana@acme.example to "payments viewers"
      not reached

1 applied, 1 failed, 0 skipped (0 held, 0 refused).
Not everything could be read or applied. The bridge tries again by itself.
12 users, 1 group and 40 bindings of the account are not ours and stay untouched.
14 Dynatrace calls (bindings.list 3, groups.list 1, users.get 10).
`,
  )
})

test('drift is what a pass left standing, and how old the knowledge is', async t => {
  const run = sampleRun()
  const [first] = run.plan.steps
  const results: Run['results'] = first === undefined ? {} : { [first.id]: { kind: 'applied' } }
  const drift = driftOf({ ...run, mode: 'apply', status: 'held', results }, new Date('2026-11-01T14:30:00Z'))
  t.equal(drift.steps.length, run.plan.steps.length - 1)
  const text = driftText(drift, plain)
  t.match(text, 'Drift as run-4f9c21ab07 saw it 2 hours ago')
  t.match(text, 'Drift: 3 to add, 2 to change, 2 to remove, 1 held, 1 refused.')
  t.match(text, '1 difference found by that pass was repaired.')
  t.notMatch(text, 'create group')
  t.same([0, 1, 90, 7200, 200_000].map(ageText), ['0 seconds', '1 second', '1 minute', '2 hours', '2 days'])
})

test('access is told place by place, in 80 columns', async t => {
  const grant = {
    kind: 'policy' as const,
    name: 'team data',
    parameters: { team: 'payments' },
    boundaries: ['team payments'],
    dynatraceGroup: 'payments viewers',
    idpGroup: 'dt-payments-viewer-prod',
    rule: 'team access',
  }
  const role = { ...grant, kind: 'role' as const, name: 'account-viewer', parameters: {}, boundaries: [] }
  const access = [
    { where: 'account' as const, grants: [role] },
    { where: { name: 'prod', id: 'abc12345' }, grants: [grant, { ...grant, name: 'logs' }] },
    { where: { name: 'stage', id: 'def67890' }, grants: [] },
  ]
  t.equal(
    accessText({ userName: 'ana@acme.example', email: 'ana@acme.example', active: true, access }, plain),
    `Access of ana@acme.example

account
  role account-viewer
      dt-payments-viewer-prod → rule team access → group payments viewers

prod (abc12345)
  team data (team=payments), within team payments
      dt-payments-viewer-prod → rule team access → group payments viewers
  logs (team=payments), within team payments
      dt-payments-viewer-prod → rule team access → group payments viewers

stage (def67890)
  (no access)
`,
  )
  t.match(
    accessText({ userName: 'bo', active: false, access }, plain),
    /deactivated[\s\S]*no\s+usable e-mail/,
  )
})

test('a table measures what is seen, not the escape sequences', async t => {
  const bold = '\u001b[1mab\u001b[22m'
  t.equal(
    table([
      [bold, 'x'],
      ['abcd', 'ü', 'z'],
    ]),
    `${bold}    x\nabcd  ü  z`,
  )
  t.equal(
    table([
      ['東京', 'x'],
      ['a\u0308b', 'y'],
      ['👩‍👩‍👧', 'z'],
    ]),
    '東京  x\na\u0308b    y\n👩‍👩‍👧    z',
    'wide characters take two columns, marks none',
  )
  t.equal(table([]), '')
})

test('journal lines', async t => {
  const entry = {
    seq: 8,
    at: '2026-11-01T12:00:00Z',
    kind: 'decision',
    actor: 'Dana',
    data: { reason: 'r'.repeat(300) },
    hash: 'h',
  }
  const text = journalText({ entries: [entry], next: 8 }, plain)
  t.match(text, /^SEQ +AT/)
  t.match(text, /rrr…\n/)
  const emoji = journalText({ entries: [{ ...entry, data: { r: '😀'.repeat(80) } }] }, plain)
  t.ok(emoji.isWellFormed(), 'no character is cut in two')
  t.match(text, 'Older entries: --before 8')
  t.match(journalText({ entries: [] }, plain), 'no such entries')
  const call = {
    call: 'call-4f9c21ab07d15e3a',
    operation: 'users.invite',
    method: 'POST',
    path: '/iam/v1/accounts/a/users/ana',
    status: 201,
    outcome: 'ok',
    attempts: 2,
    durationMs: 35,
  }
  const calls = [
    { ...entry, kind: 'dynatrace.call', data: call },
    { ...entry, kind: 'dynatrace.call', data: { operation: 'not as it should be' } },
  ]
  const told = journalText({ entries: calls }, plain)
  t.match(told, 'users.invite: ok 201 in 35 ms, 2 tries: POST …/users/ana')
  t.match(told, '{"operation":"not as it should be"}')
  const narrow = journalText({ entries: calls }, { ...plain, columns: 80 })
  t.match(narrow, /\n {5}users\.invite: ok 201/, 'two lines each where a table has no room')
  t.ok(narrow.split('\n').every(line => line.length <= 80))
  const { status: _, ...lost } = {
    ...call,
    outcome: 'unavailable',
    attempts: 1,
    problem: 'connection refused',
  }
  const failed = journalText({ entries: [{ ...entry, kind: 'dynatrace.call', data: lost }] }, plain)
  t.match(failed, 'users.invite: unavailable no answer in 35 ms: connection refused')
})

function sampleRun(): Run {
  const search = { ref: 'g2', name: 'search', description: '' }
  const steps = [
    step(
      {
        kind: 'create-group',
        group: { ref: 'new:payments viewers', name: 'payments viewers', description: '' },
        sources: [],
      },
      'create group "payments viewers"',
      'IdP group "dt-payments-viewer-prod" by rule "team access".',
    ),
    step(
      { kind: 'add-binding', binding: binding('new:payments viewers') },
      'bind "team data" (team=payments) on environment prod (abc12345), within "team payments" to "payments viewers"',
      'Granted by rule "team access".',
    ),
    step(
      {
        kind: 'add-member',
        group: 'new:payments viewers',
        emailKey: 'ana@acme.example',
        email: 'ana@acme.example',
      },
      'add ana@acme.example to "payments viewers"',
      'Member of IdP group "dt-payments-viewer-prod", rule "team access".',
    ),
    step(
      {
        kind: 'update-group',
        from: search,
        to: { ...search, name: 'search editors', description: 'Provisioned from dt-search-editor-prod' },
        sources: [],
      },
      'rename group "search" to "search editors"',
      'IdP group "dt-search-editor-prod" by rule "team access".',
    ),
    step(
      { kind: 'invite-user', ...cy },
      'invite cy@acme.example',
      'The IdP provisions this person (lifecycle.invite: on-creation).',
    ),
    step(
      { kind: 'change-binding', from: binding('g2'), to: binding('g2') },
      'change boundaries of "team data" on the account on "search"',
      'no boundary → "team search". Granted by rule "team access".',
    ),
    step(
      { kind: 'remove-binding', binding: binding('g2') },
      'unbind "Admin User" on the account from "search"',
      byHand,
    ),
    step(
      { kind: 'remove-member', group: 'g2', emailKey: 'bo@acme.example', email: 'bo@acme.example' },
      'remove bo@acme.example from "search"',
      'Deactivated in the IdP: groups are taken away, the account user stays.',
      {
        kind: 'hold',
        guard: 'removals',
        reason: '25 removals in one pass are more than guards.removals.count allows (20).',
      },
    ),
    step(
      {
        kind: 'remove-permission',
        permission: { group: 'g2', role: 'account-viewer', scopeType: 'account', scope: 'x' },
      },
      'revoke role account-viewer on the account from "search"',
      byHand,
    ),
    step(
      { kind: 'remove-user', ...cy },
      'remove cy@acme.example from the account',
      'Deleted in the IdP, and the grace period of 7d is over.',
      {
        kind: 'refuse',
        guard: 'protected-user',
        reason: 'cy@acme.example is protected (protect.users in bridge.yaml).',
      },
    ),
  ]
  return {
    id: 'run-4f9c21ab07',
    trigger: 'request',
    mode: 'plan',
    scope: 'full',
    status: 'planned',
    startedAt: '2026-11-01T12:00:00.000Z',
    finishedAt: '2026-11-01T12:00:02.000Z',
    actor: 'Dana',
    requestIds: [],
    plan: { hash: 'abcdef', steps },
    results: {},
    findings: [
      {
        kind: 'blank-environment',
        severity: 'warning',
        subject: 'environment stage',
        message: 'Nobody has access.',
        remedy: 'Add a binding for it.',
      },
    ],
    unmanaged: { users: 12, groups: 1, bindings: 40 },
    calls: { 'users.get': 10, 'groups.list': 1, 'bindings.list': 3 },
    problems: [],
  }
}

function step(
  action: StepAction,
  title: string,
  reason: string,
  verdict: Verdict = { kind: 'proceed' },
): Step {
  return { id: `${action.kind} ${title}`, action, title, reason, verdict }
}

function binding(group: string): StateBinding {
  return { level: { kind: 'account' }, policyId: 'p1', group, parameters: {}, metadata: {}, boundaryIds: [] }
}
