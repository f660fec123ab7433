/** Whom a plan reaches, as a person would count it. */
import { test } from 'tap'
import { eachDatabase } from '../support/databases.ts'
import { makeWorld } from '../support/world.ts'

const RULES = `
version: 1
environments: { prod: { id: abc12345 } }
guards: { removals: { count: 100, percent: 100 }, groupShrink: { percent: 40 } }
rules:
  - name: viewers
    match: dt-{team}-viewer
    group: { name: "{team} viewer" }
    bindings:
      - { policy: Standard User, level: account }
      - { policy: viewer data, level: { environments: [ prod ] }, parameters: { team: "{team}" } }
policies:
  - { name: viewer data, statement: 'ALLOW storage:logs:read WHERE storage:dt.security_context = "\${bindParam:team}";' }
`
const NOTHING = { gain: 0, lose: 0, change: 0, leave: 0, groups: 0, places: [], hardest: undefined }

eachDatabase({
  'people are counted once, groups and places by name': async (t, database) => {
    const world = await makeWorld(t, { store: await database.open(), rules: RULES })
    const [ana, ben, cy, dora] = await Promise.all(['ana', 'ben', 'cy', 'dora'].map(name => world.user(name)))
    const payments = await world.group('dt-payments-viewer', [ana ?? '', ben ?? '', cy ?? ''])
    const search = await world.group('dt-search-viewer', [ana ?? ''])
    t.match((await world.plan()).radius, {
      proceeding: { gain: 4, lose: 0, leave: 0, groups: 2, places: ['prod (abc12345)', 'the account'] },
      held: NOTHING,
    })
    await world.apply()
    t.same((await world.plan()).radius, { proceeding: NOTHING, held: NOTHING })

    t.test('what a hand edit takes from a group is lost by everybody in it', async t => {
      await world.edit({
        do: 'add-binding',
        group: 'payments viewer',
        policy: 'Admin User',
        level: 'prod',
      })
      t.same((await world.plan()).radius?.proceeding, {
        ...{ gain: 0, lose: 3, change: 0, leave: 0, groups: 1, places: ['prod (abc12345)'] },
        hardest: undefined,
      })
      await world.apply()
    })

    t.test('what is held stands apart, with the group that is hit hardest', async t => {
      await world.patch(`/Groups/${payments}`, { op: 'replace', path: 'members', value: [{ value: ana }] })
      await world.patch(`/Groups/${search}`, { op: 'add', path: 'members', value: [{ value: dora }] })
      t.match((await world.plan()).radius, {
        proceeding: { gain: 1, lose: 0, groups: 1 },
        held: {
          ...{ gain: 0, lose: 2, groups: 1, places: [] },
          hardest: { group: 'payments viewer', lose: 2, of: 3 },
        },
      })
    })
  },
})

test('a policy that says something else reaches all who are bound to it', async t => {
  const { blastRadius } = await import('../../src/reconcile/blast-radius.ts')
  const policy = { id: 'p', level: { kind: 'account' as const }, name: 'p', description: '' }
  const binding = {
    level: { kind: 'account' as const },
    policyId: 'p',
    parameters: {},
    metadata: {},
    boundaryIds: [],
  }
  const from = { ...policy, statement: 'ALLOW a:b:c;' }
  const step = {
    ...{ id: '1', title: '', reason: '', verdict: { kind: 'proceed' as const } },
    action: { kind: 'update-policy' as const, from, to: { ...policy, statement: 'ALLOW a:b:d;' } },
  }
  const radius = blastRadius([step], {
    membersOf: ref => (ref === 'g' ? ['ana', 'ben'] : ['ben', 'cy']),
    sizeOf: () => 2,
    nameOf: ref => ref,
    placeName: level => level.kind,
    uses: {
      of: new Map([
        [
          'p',
          [
            { ...binding, group: 'g' },
            { ...binding, group: 'h' },
          ],
        ],
      ]),
      complete: true,
    },
  })
  t.match(radius.proceeding, { change: 3, groups: 2, places: ['account'] })
})
