/** Management zones of roles, environments that are new to the rules, and those that the rules do not know. */

import { type Test, test } from 'tap'
import type { AccessModel } from '../../src/access/model.ts'
import { zoneChecks } from '../../src/cli/doctor/zone-checks.ts'
import { planText } from '../../src/cli/output/plan-text.ts'
import { planOf } from '../../src/http/ops/plan-schema.ts'
import { runSchema } from '../../src/http/ops/run-schema.ts'
import { silentLog } from '../../src/lib/log.ts'
import type { Catalogue } from '../../src/reconcile/catalogue.ts'
import { openStore } from '../../src/store/open.ts'
import { makeWorld, parseModel, testClock } from '../support/world.ts'

const RULES = `
version: 1
environments:
  prod: { id: abc12345 }
  stage: { id: def67890 }
rules:
  - name: viewers
    match: dt-{team}-viewer
    group: { name: "{team} viewers" }
    permissions: [ { role: tenant-viewer, level: { environments: [ prod ] } } ]
  - name: federated
    match: { displayNames: [ okta-viewers ] }
    group: { name: Federated }
    permissions: [ { role: tenant-viewer, level: { environments: [ prod ] } } ]
guards: { removals: { count: 20, percent: 100 }, groupShrink: { percent: 100 } }
`

const ZONE_ID = '-5577006791947779410'
const GRANT =
  'grant role tenant-viewer on management zone "Payments" of environment prod (abc12345) to "payments viewers"'

test('a role within a management zone', async t => {
  t.test('is granted by name, titled by name, and quiet after', async t => {
    const { world } = await place(t)
    world.adjust(zones('Payments'))
    await world.group('dt-payments-viewer', [await world.user('ana')])
    const run = await world.apply()
    t.equal(run.status, 'in-step', JSON.stringify(run.problems))
    t.match(
      run.plan.steps.find(({ action }) => action.kind === 'add-permission'),
      {
        title: GRANT,
        reason: 'Granted by rule "viewers".',
      },
    )
    t.match(permissionsOf(await world.state(), 'payments viewers'), [
      { permissionName: 'tenant-viewer', scopeType: 'management-zone', scope: `abc12345:${ZONE_ID}` },
    ])
    t.same((await world.plan()).plan.steps, [])
  })

  t.test('is found without letter case, and two spellings are one permission', async t => {
    const { world } = await place(t)
    world.adjust(zones('PAYMENTS', 'payments'))
    await world.group('dt-payments-viewer', [])
    await world.apply()
    t.equal(permissionsOf(await world.state(), 'payments viewers').length, 1)
    t.same((await world.plan()).plan.steps, [])
  })

  t.test('replaces the role on the whole environment: given first, then taken away', async t => {
    const { world } = await place(t)
    await world.group('dt-payments-viewer', [await world.user('ana')])
    await world.apply()
    world.adjust(zones('Payments'))
    const run = await world.apply()
    t.same(
      run.plan.steps.map(({ title }) => title),
      [GRANT, 'revoke role tenant-viewer on environment prod (abc12345) from "payments viewers"'],
    )
    t.equal(run.status, 'in-step')
  })

  t.test('given by hand is taken away, and named, though no rule knows a zone', async t => {
    const { world } = await place(t)
    await world.group('dt-payments-viewer', [])
    await world.apply()
    const by = { group: 'payments viewers', role: 'tenant-viewer', level: 'prod:Payments' }
    await world.edit({ do: 'add-permission', ...by })
    const run = await world.apply()
    t.same(
      run.plan.steps.map(({ title }) => title),
      [
        'revoke role tenant-viewer on management zone "Payments" of environment prod (abc12345) from "payments viewers"',
      ],
    )
    t.equal(run.status, 'in-step')
    t.equal(permissionsOf(await world.state(), 'payments viewers').length, 1)
  })

  t.test('costs one call more, and none while it is remembered or nobody asks', async t => {
    const { world } = await place(t)
    const group = await world.group('dt-payments-viewer', [])
    await world.apply()
    await world.forgetCalls()
    await world.plan()
    const without = await world.calls()
    t.notOk('environments.managementZones' in (await world.plan()).calls)
    world.adjust(zones('Payments'))
    await world.apply()
    await world.forgetCalls()
    const run = await world.plan()
    t.equal(run.calls['environments.managementZones'], 1)
    t.equal((await world.calls()).total, without.total + 1)
    await world.patch(`/Groups/${group}`, { op: 'replace', path: 'displayName', value: 'dt-search-viewer' })
    t.notOk('environments.managementZones' in (await world.keyed()).calls, 'a keyed pass remembers them')
  })

  t.test('of a federated group is ours alone when we granted it', async t => {
    const { world } = await place(t)
    world.adjust(zones('Payments'))
    await world.edit({ do: 'create-group', name: 'Federated' })
    await world.edit({ do: 'federate-group', group: 'Federated', values: ['okta-viewers'] })
    const idp = await world.group('okta-viewers', [])
    t.equal((await world.apply()).status, 'in-step')
    t.equal(permissionsOf(await world.state(), 'Federated').length, 1)
    const theirs = { group: 'Federated', role: 'tenant-logviewer', level: 'prod:Payments' }
    await world.edit({ do: 'add-permission', ...theirs })
    t.same((await world.plan()).plan.steps, [])
    await world.scim('DELETE', `/Groups/${idp}`)
    t.equal((await world.apply()).status, 'in-step')
    t.match(permissionsOf(await world.state(), 'Federated'), [{ permissionName: 'tenant-logviewer' }])
  })
})

test('a zone that cannot be known', async t => {
  t.test('is a finding, and nothing is granted wider nor taken away there', async t => {
    const { world } = await place(t)
    await world.group('dt-payments-viewer', [])
    await world.apply()
    world.adjust(zones('Paymets'))
    const run = await world.apply()
    t.same(run.plan.steps, [])
    t.match(
      run.findings.find(({ kind }) => kind === 'management-zone-not-found'),
      {
        severity: 'error',
        subject: 'management zone Paymets of environment abc12345',
        message:
          'The environment prod (abc12345) has no management zone "Paymets"; role tenant-viewer, asked for by rule "viewers", is not granted there.',
        remedy: /^Did you mean "Payments"\?/,
      },
    )
    t.match(permissionsOf(await world.state(), 'payments viewers'), [{ scopeType: 'tenant' }])
  })

  t.test('among two of one name none is taken', async t => {
    const { world } = await place(t)
    const twins = ['1', '2'].map(id => ({ id, name: 'Twin' }))
    await world.edit({ do: 'add-environment', id: 'new00001', environment: 'new', managementZones: twins })
    world.adjust(listing('new', 'new00001'))
    world.adjust(zones('Twin'))
    world.adjust(atEnvironment('new'))
    await world.group('dt-payments-viewer', [])
    const run = await world.plan()
    t.match(
      run.findings.find(({ kind }) => kind === 'management-zone-ambiguous'),
      { message: /has 2 management zones "Twin"/ },
    )
    t.same(
      run.plan.steps.map(({ action }) => action.kind),
      ['create-group'],
    )
  })

  t.test('since zones cannot be read leaves everything as it is, and the run says so', async t => {
    const { world } = await place(t)
    world.adjust(zones('Payments'))
    await world.group('dt-payments-viewer', [])
    await world.apply()
    await world.fault({ match: { path: '/env/v1/' }, fault: 'status', status: 403, times: 1 })
    await world.edit({
      do: 'add-permission',
      group: 'payments viewers',
      role: 'tenant-viewer',
      level: 'prod',
    })
    const run = await world.apply()
    t.equal(run.status, 'partial')
    t.match(run.problems, [/^The management zones could not be read: /])
    t.same(run.plan.steps, [])
    t.notMatch(JSON.stringify(run.findings), /management-zone-/)
    t.same((await world.apply()).status, 'in-step')
    t.equal(permissionsOf(await world.state(), 'payments viewers').length, 1)
  })
})

test('the doctor tells of zones that are not there', t => {
  const environment = { id: 'abc12345', name: 'prod', active: true }
  const catalogue: Catalogue = {
    environments: new Map([[environment.id, environment]]),
    ...{ policies: [], boundaries: [], unread: new Map() },
    zones: ['Payments', 'Twin', 'Twin', 'team a'].map((name, at) => ({ environment, id: `${at}`, name })),
  }
  const said = (name: string, of = catalogue) =>
    zoneChecks(zones(name)(parseModel(RULES)), of).map(({ verdict }) => verdict)
  t.same(said('payments'), ['ok'])
  t.same(said('team {team}'), ['ok'])
  t.same(said('zone {team}'), ['warning'])
  t.same(said('Twin'), ['error'])
  t.same(said('Nowhere'), ['error'])
  t.equal(said('Payments', { ...catalogue, unread: new Map([['management-zones', 'x']]) }).length, 1)
  t.same(zoneChecks(parseModel(RULES), catalogue), [])
  t.end()
})

test('environments', async t => {
  t.test('that get something for the first time are named by the plan, and not again', async t => {
    const { world } = await place(t)
    await world.group('dt-payments-viewer', [])
    const first = await world.plan()
    t.same(first.newEnvironments, [{ id: 'abc12345', name: 'prod', steps: 1 }])
    await world.apply()
    t.same((await world.plan()).newEnvironments, [])
    world.adjust(atEnvironment('prod', 'stage'))
    const run = await world.plan()
    t.same(run.newEnvironments, [{ id: 'def67890', name: 'stage', steps: 1 }])
    t.match(planText(run, { colour: false }), '  + New environment stage (def67890): 1 step\n')
    t.match(planOf(run), { newEnvironments: [{ name: 'stage' }] })
    t.same(runSchema.parse(run).newEnvironments, run.newEnvironments)
    t.match(await world.runs.get(run.id), { newEnvironments: [{ name: 'stage' }] })
    await world.apply()
    t.same((await world.plan()).newEnvironments, [])
    t.equal((await world.keyed()).newEnvironments, undefined, 'a keyed pass does not look at everything')
  })

  t.test('in which others have rights in a federated group are new all the same', async t => {
    const { world } = await place(t)
    await world.edit({ do: 'create-group', name: 'Federated' })
    await world.edit({ do: 'federate-group', group: 'Federated', values: ['okta-viewers'] })
    await world.edit({ do: 'add-permission', group: 'Federated', role: 'tenant-logviewer', level: 'prod' })
    await world.group('okta-viewers', [])
    t.match((await world.plan()).newEnvironments, [{ name: 'prod', steps: 1 }])
  })

  t.test('that the rules do not list are findings, but not inactive ones', async t => {
    const { world } = await place(t)
    t.notOk((await world.plan()).findings.some(({ kind }) => kind === 'environment-not-listed'))
    await world.edit({ do: 'add-environment', id: 'new00001', environment: 'brand new' })
    t.match(
      (await world.plan()).findings.filter(({ kind }) => kind === 'environment-not-listed'),
      [
        {
          severity: 'info',
          subject: 'environment new00001',
          message:
            /^The account has an active environment brand new \(new00001\) that bridge.yaml does not list/,
        },
      ],
    )
    await world.edit({ do: 'deactivate-environment', environment: 'brand new' })
    t.notOk((await world.plan()).findings.some(({ kind }) => kind === 'environment-not-listed'))
  })
})

interface Held {
  readonly group: string
  readonly permissionName: string
  readonly scopeType: string
  readonly scope: string
}

function permissionsOf(state: { permissions: readonly Held[] }, name: string): readonly Held[] {
  return state.permissions.filter(({ group }) => group === name)
}

/** All roles of all rules within these zones. */
function zones(...names: readonly string[]): (model: AccessModel) => AccessModel {
  return eachPermission({ zones: names })
}

function atEnvironment(...names: readonly string[]): (model: AccessModel) => AccessModel {
  return eachPermission({ level: { kind: 'environments', names } })
}

function eachPermission(
  change: Partial<AccessModel['rules'][number]['groups'][number]['permissions'][number]>,
): (model: AccessModel) => AccessModel {
  return model => ({
    ...model,
    rules: model.rules.map(rule => ({
      ...rule,
      groups: rule.groups.map(group => ({
        ...group,
        permissions: group.permissions.map(each => ({ ...each, ...change })),
      })),
    })),
  })
}

function listing(name: string, id: string): (model: AccessModel) => AccessModel {
  return model => ({ ...model, environments: [...model.environments, { name, id, labels: {} }] })
}

async function place(t: Test) {
  const clock = testClock()
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  const world = await makeWorld(t, { store, rules: RULES, clock })
  t.teardown(() => store.close())
  return { world, clock }
}
