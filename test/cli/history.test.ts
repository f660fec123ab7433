/** Journal proofs, exports, pseudonyms and history, as a person at a terminal meets them. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { command as cli, envOf } from '../support/command.ts'
import { runningBridge } from '../support/running-bridge.ts'

const RULES = `
version: 1
environments: { prod: { id: abc12345 } }
rules:
  - name: teams
    match: dt-{team}
    group: { name: "team {team}" }
    bindings: [ { policy: Standard User, level: account } ]
    permissions: [ { role: tenant-viewer, level: { environments: [ prod ] } } ]
`

test('journal and history at the command line', async t => {
  const bridge = await runningBridge(t, { rules: RULES })
  const env = envOf(bridge)
  const folder = await mkdtemp(join(tmpdir(), 'history-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const early = await cli(['as-of', '2020-01-01'], env)
  t.match(early, { code: 1, err: /^Nothing is known/ })
  const [ana, bob] = [await bridge.user('ana'), await bridge.user('bob')]
  await bridge.group('dt-red', [ana])
  await bridge.run('apply')
  const before = new Date().toISOString()
  await bridge.group('dt-blue', [bob])
  await bridge.run('apply')
  const now = new Date().toISOString()

  await t.test('as of an instant', async t => {
    const told = await cli(['as-of', before], env)
    t.match(told.out, /^As of .*: 1 group, \d+ users in the account\n.*Nothing is known before /)
    t.match(
      told.out,
      /team red .*\n {2}role tenant-viewer on .*abc12345.*\n {2}"Standard User" on account.*\n {2}ana@acme\.example {2}since /,
    )
    t.notMatch(told.out, 'team blue')
    t.match(
      (await cli(['as-of', now, '--person', 'BOB@acme.example'], env)).out,
      /1 group, 1 user in the account\n.*\n\nteam blue/,
    )
    t.match(
      (await cli(['as-of', now, '--group', 'nothing'], env)).out,
      'Nobody had anything of what was asked for.',
    )
    const json = JSON.parse((await cli(['as-of', now, '--group', 'team blue', '--json'], env)).out)
    t.same(
      json.holdings.map(({ kind }: { kind: string }) => kind),
      ['group', 'member', 'permission', 'binding'],
    )
    const csv = (await cli(['as-of', now, '--environment', 'prod', '--csv'], env)).out.split('\r\n')
    t.equal(csv[0], 'group,group id,kind,person,right,where,since,run,step')
    t.ok(csv.some(line => /^team blue,[0-9a-f-]+,member,bob@acme\.example,,,/.test(line)))
    t.match(await cli(['as-of', '2099-01-01'], env), { code: 1, err: /has not come yet/ })
    t.match(await cli(['as-of', '2026-13-45'], env), { code: 1, err: /is no date of the calendar/ })
    t.match(await cli(['as-of'], env), { code: 1, err: /^As of when\?/ })
    t.match(await cli(['as-of', now, '--from', before], env), { code: 1, err: /^Give one instant/ })
  })

  await t.test('between two instants', async t => {
    const told = await cli(['as-of', '--from', before, '--to', now], env)
    t.match(told.out, /^From .* to .*: 4 gained, 0 lost\n/)
    t.match(told.out, /run-\w+ {2}\((?:request|scim), \w+\)/)
    t.match(told.out, / {2}\+ bob@acme\.example came into "team blue"\n {6}.*dt-blue/)
    t.match((await cli(['as-of', '--from', now], env)).out, 'Nothing is different.')
    const csv = (await cli(['as-of', '--from', before, '--csv'], env)).out
    t.match(csv, /^change,group,.*\r\ngained,/)
    t.match(await cli(['as-of', '--from', now, '--to', before], env), { code: 1, err: /is after/ })
  })

  await t.test('a head written down elsewhere proves the journal later', async t => {
    const { out } = await cli(['journal', 'verify'], env)
    const [, anchor = ''] = /--anchor (\S+)/.exec(out) ?? []
    t.match(await cli(['journal', 'verify', '--anchor', anchor], env), {
      code: 0,
      out: /agrees with the anchor/,
    })
    const other = anchor.replace(/.$/, last => (last === '0' ? '1' : '0'))
    t.match(await cli(['journal', 'verify', '--anchor', other], env), {
      code: 1,
      out: /broken at entry \d+: it is not the entry that was recorded.*\nThe last good one is entry \d+/,
    })
    t.match(await cli(['journal', 'verify', '--anchor', 'nonsense'], env), { code: 1, err: /<seq>:<hash>/ })
  })

  await t.test('an export proves itself without a bridge', async t => {
    const file = join(folder, 'journal.jsonl')
    t.match(await cli(['journal', 'export', '--out', file], env), { code: 0, out: /^\d+ entries written to/ })
    t.equal((await stat(file)).mode & 0o777, 0o600)
    t.match(await cli(['journal', 'verify', '--file', file]), {
      code: 0,
      out: /^The journal is whole: \d+ entries/,
    })
    const lines = (await readFile(file, 'utf8')).split('\n')
    await writeFile(file, [...lines.slice(0, 3), ...lines.slice(4)].join('\n'))
    t.match(await cli(['journal', 'verify', '--file', file]), {
      code: 1,
      out: /broken at entry 4: it is missing/,
    })
    t.match(await cli(['journal', 'verify', '--file', join(folder, 'none')]), {
      code: 1,
      err: /cannot be read/,
    })
    const runs = await cli(['journal', 'export', '--kind', 'run.finished'], env)
    t.ok(
      runs.out
        .split('\n')
        .slice(0, -2)
        .every(line => JSON.parse(line).kind === 'run.finished'),
    )
    await writeFile(file, runs.out)
    t.match(await cli(['journal', 'verify', '--file', file]), { code: 0, out: /left out by a filter/ })
    const none = await bridge.call('GET', '/api/v1/journal/export?from=2020-01-01&to=2020-01-02')
    t.equal(none.headers['content-type'], 'application/x-ndjson; charset=utf-8')
    t.equal(none.body.split('\n').length, 2)
  })

  await t.test('a person is made unknown, and the journal stays whole', async t => {
    const found = await cli(['journal', '--person', 'ana@acme.example', '--json'], env)
    t.ok(JSON.parse(found.out).entries.length >= 2)
    const done = await cli(
      ['journal', 'pseudonymise', 'ana@acme.example', '--by', 'Eva', '--reason', 'asked for it'],
      env,
    )
    t.match(done, {
      code: 0,
      out: /^From now on the record shows person-[0-9a-f]{6}: \d+ names? (?:was|were) deleted\.\nThe identity provider still has this person/,
    })
    const [label = ''] = /person-\w+/.exec(done.out) ?? []
    t.notMatch((await cli(['journal', '--limit', '1000', '--json'], env)).out, 'ana@acme.example')
    t.match((await cli(['as-of', before], env)).out, new RegExp(`team red[^]*${label}`))
    t.match((await cli(['journal', '--person', label, '--json'], env)).out, label)
    t.match((await cli(['journal', 'verify'], env)).out, /^The journal is whole/)
    t.notMatch((await cli(['journal', 'export'], env)).out, 'ana@')
    t.match(await cli(['journal', 'pseudonymise', 'nobody', '--by', 'Eva', '--reason', 'x'], env), {
      code: 1,
      err: /has no name like "nobody"/,
    })
  })
})
