/** Commands against a running bridge: what they print, where, and how they end. */

import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { request } from 'undici'
import { type ExtraCommand, runProgram } from '../../src/cli/program.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { ADMIN_TOKEN, type RunningBridge, runningBridge } from '../support/running-bridge.ts'

const RULES = `
version: 1
environments:
  prod: { id: abc12345, labels: { stage: prod } }
rules:
  - name: team access
    match: dt-{team}-viewer-prod
    group: { name: "{team} viewers", description: "Provisioned from {displayName}" }
    bindings:
      - { policy: Standard User, level: account }
guards: { removals: { count: 1, percent: 100 }, groupShrink: { percent: 100 } }
`

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function cli(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
  more: {
    readonly extra?: readonly ExtraCommand[]
    readonly untilStopped?: () => Promise<void>
    readonly onOut?: (text: string) => void
  } = {},
): Promise<Ran> {
  let out = ''
  let err = ''
  const code = await runProgram(
    args,
    {
      out: text => {
        out += text
        more.onOut?.(text)
      },
      err: text => {
        err += text
      },
      env,
      colour: false,
      clock: systemClock,
      untilStopped: more.untilStopped ?? (() => Promise.resolve()),
    },
    more.extra,
  )
  return { code, out, err }
}

/** The bridge's own address and token, as its environment would give them. */
function envOf(bridge: RunningBridge): Readonly<Record<string, string>> {
  return { HOST: '127.0.0.1', PORT: new URL(bridge.url).port, BRIDGE_ADMIN_TOKEN: ADMIN_TOKEN }
}

test('the life of an account at the terminal', async t => {
  const bridge = await runningBridge(t, { rules: RULES })
  const env = envOf(bridge)
  const edited = (edit: object) =>
    request(`${bridge.simulator.url}/_simulator/edit`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ as: 'ana.kos@acme.example', ...edit }),
    })
  let group = ''
  const first = await cli(['apply'], env)
  t.equal(first.code, 0, first.err + first.out)

  t.test('a hand edit shows in plan and ends with 2, apply repairs it and ends with 0', async t => {
    const people = [await bridge.user('ana'), await bridge.user('bo'), await bridge.user('cy')]
    group = await bridge.group('dt-payments-viewer-prod', people)
    t.equal((await bridge.run('apply')).status, 'in-step')
    const answer = await edited({ do: 'remove-member', group: 'payments viewers', user: 'bo@acme.example' })
    t.ok(answer.statusCode < 300, await answer.body.text())

    const planned = await cli(['plan'], env)
    t.equal(planned.code, 2, planned.err + planned.out)
    t.match(planned.out, '  Group "payments viewers"\n    + add bo@acme.example\n')
    t.match(planned.out, 'Plan: 1 to add, 0 to change, 0 to remove, 0 held, 0 refused.')
    t.match(
      planned.out,
      /[\d,]+ users?, \d+ groups?, \d+ bindings?, \d+ polic(y|ies) and \d+ boundar(y|ies) of the account are not ours/,
    )
    t.equal(planned.err, '')

    const drift = await cli(['drift', '--json'], env)
    t.equal(drift.code, 2)
    t.match(JSON.parse(drift.out), {
      inStep: false,
      steps: [{ title: 'add bo@acme.example to "payments viewers"' }],
    })

    const applied = await cli(['apply'], env)
    t.equal(applied.code, 0, applied.err + applied.out)
    t.match(applied.out, '✓ add bo@acme.example to "payments viewers"')
    t.match(applied.out, '1 applied, 0 failed, 0 skipped')

    const quiet = await cli(['plan', '--json', '--url', bridge.url], { BRIDGE_ADMIN_TOKEN: ADMIN_TOKEN })
    t.equal(quiet.code, 0)
    t.match(JSON.parse(quiet.out), { status: 'in-step', steps: [], summary: { add: 0 } })
    t.match((await cli(['drift'], env)).out, 'No differences. The account matches.')
  })

  t.test('access is explained', async t => {
    const explained = await cli(['explain', 'ana@acme.example'], env)
    t.equal(explained.code, 0, explained.err)
    t.match(
      explained.out,
      /account\n +Standard User\n +dt-payments-viewer-prod → rule team access → group payments viewers/,
    )
    t.match(JSON.parse((await cli(['explain', 'ana@acme.example', '--json'], env)).out), { active: true })
    const question = [
      'explain',
      'ana@acme.example',
      '--environment',
      'prod',
      '--can',
      'document:documents:read',
    ]
    const answered = await cli([...question, '--where', 'global:week-day=MONDAY'], env)
    t.equal(answered.code, 0, answered.err)
    t.match(answered.out, /^ana@acme\.example can document:documents:read in prod \(abc12345\)/)
    t.match(JSON.parse((await cli([...question, '--json'], env)).out), {
      answer: { evaluation: { by: 'scim-bridge' } },
    })
    const astray = await cli(['explain', 'ana@acme.example', '--environment', 'prdo'], env)
    t.equal(astray.code, 1)
    t.match(astray.err, /Did you mean "prod"/)
    const nobody = await cli(['explain', 'nobody'], env)
    t.equal(nobody.code, 1)
    t.match(nobody.err, /^The directory has no user "nobody".*\n$/)
  })

  t.test('held steps end with 2, and happen when somebody approves them', async t => {
    const emptied = {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName: 'dt-payments-viewer-prod',
      members: [],
    }
    t.equal((await bridge.call('PUT', `/scim/v2/Groups/${group}`, emptied)).statusCode, 200)
    const held = await cli(['apply'], env)
    t.equal(held.code, 2, held.err + held.out)
    t.match(held.out, '- remove ana@acme.example')
    t.match(held.out, 'held by removals: 3 removals in one pass')
    t.match(held.out, '0 applied, 0 failed, 3 skipped (3 held, 0 refused).')
    const [, run = ''] = /scim-bridge approve (run-\w+)/.exec(held.out) ?? []

    const rejected = await cli(['reject', run, '--by', 'Dana', '--reason', 'not yet'], env)
    t.equal(rejected.code, 0, rejected.err)
    const approved = await cli(['approve', run, '--by', 'Dana', '--reason', 'the team is gone'], env)
    t.equal(approved.code, 0, approved.err + approved.out)
    t.match(approved.out, '3 applied, 0 failed, 0 skipped')
    const { run: quiet } = JSON.parse((await cli(['plan', '--json'], env)).out)
    const late = await cli(['approve', quiet, '--by', 'Dana', '--reason', 'again'], env)
    t.equal(late.code, 1)
    t.match(late.err, /nothing to decide/)
  })

  t.test('the journal is listed, filtered and verified', async t => {
    const listed = await cli(['journal', '--limit', '3'], env)
    t.equal(listed.code, 0, listed.err)
    t.match(listed.out, /^SEQ .*\n\d+ /)
    t.match(listed.out, 'Older entries: --before')
    const runs = JSON.parse((await cli(['journal', '--kind', 'run.finished', '--json'], env)).out)
    t.ok(runs.entries.every((entry: { kind: string }) => entry.kind === 'run.finished'))
    t.match((await cli(['journal', 'verify'], env)).out, /^The journal is whole: \d+ entries/)
    t.match(JSON.parse((await cli(['journal', 'verify', '--json'], env)).out), { kind: 'ok' })
    t.match(JSON.parse((await cli(['journal', '--json', 'verify'], env)).out), { kind: 'ok' })
  })
})

test('what goes wrong is one line on standard error, and exit code 1', async t => {
  const bridge = await runningBridge(t, { rules: RULES, start: false })
  const env = envOf(bridge)
  const oneLine = (t: Test, ran: Ran, words: RegExp) => {
    t.equal(ran.code, 1)
    t.equal(ran.out, '')
    t.match(ran.err, words)
    t.match(ran.err, /^[^\n]+\n$/, 'one line, no stack')
    t.notMatch(ran.err, ADMIN_TOKEN)
  }
  t.test('no bridge', async t =>
    oneLine(
      t,
      await cli(['plan', '--url', 'http://127.0.0.1:1'], env),
      /No bridge answers at http:\/\/127.0.0.1:1 \(ECONNREFUSED\)/,
    ),
  )
  t.test('no URL', async t =>
    oneLine(t, await cli(['plan', '--url', 'bridge'], env), /"bridge" is not the URL/),
  )
  t.test('a wrong token', async t =>
    oneLine(t, await cli(['drift', '--token', 'wrong'], env), /refuses the admin token from --token/),
  )
  t.test('a token that no header can carry', async t =>
    oneLine(
      t,
      await cli(['drift', '--token', 'tökén ✓'], env),
      /token from --token holds spaces or characters/,
    ),
  )
  t.test('no token at all', async t =>
    oneLine(
      t,
      await cli(['drift'], { ...env, BRIDGE_ADMIN_TOKEN: undefined, BRIDGE_DATA_DIR: '/nowhere' }),
      /\/nowhere\/admin.token is not there/,
    ),
  )
  t.test('no such run', async t =>
    oneLine(t, await cli(['approve', 'run-0', '--by', 'a', '--reason', 'b'], env), /There is no run "run-0"/),
  )
  t.test('a run that nobody carries out in time', async t =>
    oneLine(t, await cli(['plan', '--timeout', '1'], env), /did not finish within 1 seconds/),
  )
  t.test('something else that answers', async t => {
    const server = createServer((_request, response) => response.end('<html>Welcome</html>'))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => server.close())
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    oneLine(
      t,
      await cli(['plan', '--url', `http://127.0.0.1:${port}`], env),
      /is not a bridge of this version/,
    )
  })
  t.test('a token from the data folder is taken', async t => {
    const folder = t.testdir()
    await writeFile(join(folder, 'admin.token'), `${ADMIN_TOKEN}\n`)
    const ran = await cli(['journal'], { HOST: '0.0.0.0', PORT: env.PORT, BRIDGE_DATA_DIR: folder })
    t.equal(ran.code, 0, ran.err)
  })
})

test('usage', async t => {
  const help = await cli(['--help'])
  t.equal(help.code, 0)
  for (const name of ['simulator', 'plan', 'apply', 'drift', 'approve', 'reject', 'explain', 'journal'])
    t.match(help.out, name)
  for (const args of [
    ['plann'],
    ['plan', '--timeout', 'soon'],
    ['approve', 'run-1'],
    ['approve', 'run-1', '--by', ' ', '--reason', 'x'],
    ['simulator', '--seed', 'huge'],
  ]) {
    const ran = await cli(args)
    t.equal(ran.code, 1, args.join(' '))
    t.match(ran.err, /^error: .+/)
  }
  const extra: ExtraCommand = (program, { deps, run }) => {
    program.command('serve').action(() =>
      run(async () => {
        deps.out('serving\n')
        return 78
      }),
    )
  }
  t.match(await cli(['serve'], {}, { extra: [extra] }), { code: 78, out: 'serving\n' })
})

test('the simulator runs until it is stopped', async t => {
  let stop: (() => void) | undefined
  const stopped = new Promise<void>(resolve => {
    stop = resolve
  })
  let answered: Promise<number> | undefined
  const ran = await cli(
    ['simulator', '--port', '0', '--json'],
    {},
    {
      untilStopped: () => stopped,
      onOut: text => {
        const { credentials } = JSON.parse(text)
        answered = request(credentials).then(async ({ statusCode, body }) => {
          await body.text()
          stop?.()
          return statusCode
        })
      },
    },
  )
  t.equal(ran.code, 0, ran.err)
  t.equal(await answered, 200)

  const busy = createServer()
  await new Promise<void>(resolve => busy.listen(0, '127.0.0.1', resolve))
  t.teardown(() => busy.close())
  const address = busy.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const taken = await cli(['simulator', '--port', String(port)])
  t.equal(taken.code, 1)
  t.match(taken.err, `Port ${port} of 127.0.0.1 is in use.`)
})

test('the simulator takes its size, its switches and its state from the command line', async t => {
  const state = join(t.testdir(), 'account.json')
  const run = (...args: string[]) =>
    cli(['simulator', '--port', '0', ...args], {}, { untilStopped: async () => undefined })
  const first = await run(
    '--state',
    state,
    '--users',
    '20',
    '--groups',
    '10',
    '--bindings',
    '40',
    '--switch',
    'emailCase=exact',
  )
  t.equal(first.code, 0, first.err)
  t.match(first.out, `new in ${state}, saved at the end`)
  t.match(first.out, /DT_API_URL=http.*\n.*DT_SSO_URL=http.*\n.*DT_ENVIRONMENT_URL=http:.*\/e\/\{id\}/)
  for (const line of first.out.split('\n')) t.ok(line.length <= 80 || line.includes(state), line)
  const saved = JSON.parse(await readFile(state, 'utf8'))
  t.equal(saved.users.filter((user: { kind: string }) => user.kind === 'person').length, 20)
  t.match([saved.groups.length, saved.bindings.length, saved.switches.emailCase], [10, 40, 'exact'])
  const second = await run('--state', state, '--json')
  t.match(JSON.parse(second.out), { restored: true, stateFile: state })

  await writeFile(state, '{}')
  const misuses: readonly (readonly [readonly string[], RegExp])[] = [
    [['--state', state], /State file .*account\.json holds no account/],
    [['--switch', 'emailCase=odd'], /Switch emailCase cannot be "odd"/],
    [['--switch', 'emailCse=exact'], /did you mean emailCase/],
    [['--switch', 'emailCase'], /must be name=value/],
    [['--users', '10001'], /An account cannot have 10001 users/],
    [['--users', '5', '--seed', 'sample'], /go with --seed large/],
  ]
  for (const [args, message] of misuses) {
    const ran = await run(...args)
    t.equal(ran.code, 1, args.join(' '))
    t.match(ran.err, message)
  }
})
