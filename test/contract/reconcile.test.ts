// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the vendor's placeholder syntax
/** A life of an account, from the first pass to the last leaver, through the contract. */
import { test } from 'tap'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { openStore } from '../../src/store/open.ts'
import { contractProxy } from '../support/contract-proxy.ts'
import { makeWorld, testClock } from '../support/world.ts'

const RULES = `
version: 1
environments: { prod: { id: abc12345 }, stage: { id: def67890 } }
policies:
  - { name: contract data, statement: 'ALLOW storage:logs:read WHERE storage:dt.security_context = "\${bindParam:team}";' }
boundaries:
  - { name: "contract {team}", for: teams, query: 'storage:dt.security_context = "{team}";' }
rules:
  - name: teams
    match: dt-{team}
    group: { name: "contract {team}" }
    bindings:
      - { policy: contract data, level: { environments: all }, parameters: { team: "{team}" }, boundaries: [ "contract {team}" ] }
    permissions: [ { role: account-viewer, level: account } ]
lifecycle: { deleted: { remove-after: 1m } }
guards: { removals: { count: 1000, percent: 100 }, groupShrink: { percent: 100 } }
`

test('every call of the reconciler and every answer of the simulator is as the contract has it', async t => {
  const store = await openStore({
    dataDir: t.testdir(),
    databaseUrl: undefined,
    log: silentLog,
    clock: systemClock,
  })
  t.teardown(() => store.close())
  const clock = testClock()
  let proxy: Awaited<ReturnType<typeof contractProxy>> | undefined
  const through = async (url: string) => {
    proxy = await contractProxy(t, url)
    return proxy.url
  }
  const world = await makeWorld(t, { store, rules: RULES, through, clock })
  const ada = await world.user('ada+x')
  const bea = await world.user('bea')
  const group = await world.group('dt-payments', [ada, bea])
  t.equal((await world.apply()).status, 'in-step')

  await world.edit({ do: 'remove-member', group: 'contract payments', user: 'bea@acme.example' })
  await world.edit({ do: 'add-binding', group: 'contract payments', policy: 'Admin User', level: 'account' })
  await world.edit({ do: 'rename-group', group: 'contract payments', name: 'by hand' })
  await world.edit({
    do: 'change-policy',
    policy: 'contract data',
    level: 'account',
    statement:
      'ALLOW storage:logs:read WHERE storage:dt.security_context = "${bindParam:team}" AND storage:log.source = "x";',
  })
  await world.edit({
    do: 'change-boundary',
    boundary: 'contract payments',
    query: 'storage:host.name = "h";',
  })
  t.equal((await world.apply()).status, 'in-step')

  await world.patch(`/Users/${bea}`, { op: 'replace', path: 'active', value: false })
  await world.keyed()
  await world.scim('DELETE', `/Users/${ada}`)
  await world.scim('DELETE', `/Groups/${group}`)
  await world.apply()
  clock.advance(3_600_000)
  t.equal((await world.apply()).status, 'in-step')

  t.same(proxy?.problems, [])
  const used = [...(proxy?.seen.keys() ?? [])].filter(name =>
    /remove|update|change|put|add|create|invite/.test(name),
  )
  t.same(used.toSorted(), [
    'bindings.add',
    'bindings.remove',
    'boundaries.put',
    'boundaries.remove',
    'groups.create',
    'groups.remove',
    'groups.update',
    'permissions.add',
    'policies.put',
    'users.addToGroups',
    'users.invite',
    'users.remove',
    'users.removeFromGroups',
  ])
})
