/** A deactivation right behind a reactivation takes nothing away before the IdP says it again. */
import type { Test } from 'tap'
import { test } from 'tap'
import { sqliteDatabase } from '../support/databases.ts'
import { rulesFor } from '../support/driven-bridge.ts'
import { makeWorld, testClock, type World } from '../support/world.ts'

const RULES = `${rulesFor('team')}lifecycle: { deactivated: { remove-after: 1s } }
`
const ANA = 'ana@acme.example'

test('a doubted deactivation', async t => {
  t.test('holds what it would take away, says why, and goes on when the doubt ends', async t => {
    const { world, ana } = await doubted(t)
    const run = await world.keyed()
    t.equal(run.status, 'held')
    t.same(
      run.plan.steps.map(step => step.action.kind),
      ['remove-member', 'remove-user'],
    )
    for (const step of run.plan.steps) {
      t.match(step.verdict, {
        kind: 'hold',
        guard: 'doubt',
        reason: `The IdP deactivated ${ANA} 3 s after it reactivated ${ANA}; that may be a stale request. Held until the IdP says it again, or approve.`,
      })
    }
    t.match(run.findings, [{ kind: 'deactivation-doubted', subject: `user ${ANA}` }])
    t.ok((await world.apply()).findings.some(finding => finding.kind === 'deactivation-doubted'))
    t.same(await groupsOf(world, ANA), ['team payments'])
    await world.store.write(async tx => {
      await tx.updateTable('users').set({ doubtedSince: null }).where('id', '=', ana).execute()
    })
    const after = await world.apply()
    t.equal(after.status, 'in-step')
    t.notOk(after.findings.some(finding => finding.kind === 'deactivation-doubted'))
    t.equal(await groupsOf(world, ANA), undefined)
  })

  t.test('goes on when a person approves it', async t => {
    const { world } = await doubted(t)
    const run = await world.keyed()
    await world.approve(run, 'she has left')
    t.equal((await world.apply()).status, 'in-step')
    t.equal(await groupsOf(world, ANA), undefined)
  })

  t.test('does not keep somebody in a group whom the IdP took out of it', async t => {
    const { world, ana, group } = await doubted(t)
    await world.patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${ana}"]` })
    await world.keyed()
    t.same(await groupsOf(world, ANA), [])
  })

  t.test('of somebody with a new address keeps the old user too', async t => {
    const { world, ana } = await doubted(t)
    await world.store.write(async tx => {
      const next = { email: 'new@acme.example', emailKey: 'new@acme.example' }
      await tx.updateTable('users').set(next).where('id', '=', ana).execute()
      const at = new Date().toISOString()
      const left = { emailKey: ANA, email: ANA, userName: ANA, at, successorKey: next.emailKey }
      await tx.insertInto('departures').values(left).execute()
    })
    t.equal((await world.apply()).status, 'held')
    t.same(await groupsOf(world, ANA), ['team payments'])
  })
})

async function doubted(t: Test): Promise<{ world: World; ana: string; group: string }> {
  const store = await (await sqliteDatabase(t)).open()
  const world = await makeWorld(t, { store, rules: RULES, clock: testClock() })
  const ana = await world.user('ana')
  const group = await world.group('dt-payments', [ana, await world.user('bo')])
  await world.apply()
  const at = Date.now() - 10_000
  await world.patch(`/Users/${ana}`, { op: 'replace', path: 'active', value: false })
  await store.write(async tx => {
    const since = new Date(at).toISOString()
    const reactivatedAt = new Date(at - 3_000).toISOString()
    await tx
      .updateTable('users')
      .set({ inactiveSince: since, reactivatedAt, doubtedSince: since })
      .where('id', '=', ana)
      .execute()
  })
  return { world, ana, group }
}

async function groupsOf(world: World, email: string): Promise<readonly string[] | undefined> {
  const { users }: { users: readonly { email: string; groups: readonly string[] }[] } = await world.state()
  return users.find(user => user.email === email)?.groups
}
