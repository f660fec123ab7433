/** Which events of our own client are our own doing: the journal tells, on both databases. */
import type { AuditEvent } from '../../../src/dynatrace/types/audit.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { ownCalls } from '../../../src/reconcile/actors/own-calls.ts'
import { runStore } from '../../../src/reconcile/run-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { eachDatabase } from '../../support/databases.ts'

const CLIENT = 'dt0s02.OURS'
const GROUP = 'c7a10000-0000-4000-8000-000000000001'

eachDatabase({
  'a call of ours at that time, for that thing and in that direction': async (t, database) => {
    const store = await database.open()
    await noteCall(store, {
      operation: 'users.addToGroups',
      path: '/iam/v1/accounts/A/users/eva%40acme.example',
    })
    await noteCall(store, { operation: 'bindings.add', path: `/iam/v1/repo/account/A/bindings/p1/${GROUP}` })
    await noteCall(store, { operation: 'users.list', method: 'GET', path: '/iam/v1/accounts/A/users' })
    const eva = { json_before: [], json_after: ['eva@acme.example'] }
    const cases: readonly (readonly [event: Partial<AuditEvent>, isOurs: boolean])[] = [
      [{ details: eva }, true],
      [{ details: {} }, true],
      [{ details: eva, clientId: 'dt0s02.THEIRS' }, false],
      [{ details: eva, clientId: undefined }, false],
      [{ details: { json_before: eva.json_after, json_after: [] } }, false],
      [{ details: { json_before: [], json_after: ['bo@acme.example'] } }, false],
      [{ details: eva, at: new Date(Date.now() - 600_000).toISOString() }, false],
      [{ type: 'UPDATE_POLICIES' }, true],
      [{ type: 'UPDATE_POLICIES', resourceId: 'another' }, false],
      [{ type: 'UPDATE_ROLES' }, false],
      [{ type: 'DELETE', resource: 'USER', resourceName: 'eva@acme.example' }, false],
    ]
    for (const [given, expected] of cases) {
      const event = eventOf(given)
      const isOurs = await ownCalls([event], { db: store.db, clientId: CLIENT })
      t.equal(isOurs(event), expected, JSON.stringify(given))
    }
  },
  'everything of a run that broke off after it began': async (t, database) => {
    const store = await database.open()
    const event = eventOf({ details: {} })
    const isOurs = async () => (await ownCalls([event], { db: store.db, clientId: CLIENT }))(event)
    const { note } = runStore(store, systemClock)
    await note([{ kind: 'run.planned', runId: 'run-1', actor: 'bridge', data: {} }])
    t.equal(await isOurs(), false)
    await note([{ kind: 'steps.begun', runId: 'run-1', actor: 'bridge', data: {} }])
    t.equal(await isOurs(), true)
    await note([{ kind: 'run.finished', runId: 'run-1', actor: 'bridge', data: {} }])
    t.equal(await isOurs(), false)
  },
  'more calls than are read at a time': async (t, database) => {
    const store = await database.open()
    await noteCall(store, {
      operation: 'groups.remove',
      method: 'DELETE',
      path: `/iam/v1/accounts/A/groups/${GROUP}`,
    })
    for (let batch = 0; batch < 3; batch += 1) {
      const call = { operation: 'users.invite', path: '/iam/v1/accounts/A/users' }
      await runStore(store, systemClock).note(Array.from({ length: 500 }, () => entryOf(call)))
    }
    const event = eventOf({ type: 'DELETE' })
    t.ok((await ownCalls([event], { db: store.db, clientId: CLIENT }))(event))
  },
})

interface Call {
  readonly operation: string
  readonly path: string
  readonly method?: string
}

const noteCall = (store: Store, call: Call) => runStore(store, systemClock).note([entryOf(call)])

function entryOf({ operation, path, method = 'POST' }: Call) {
  const startedAt = new Date().toISOString()
  const data = { call: 'call-1', operation, method, path, startedAt, durationMs: 20 }
  return { kind: 'dynatrace.call', runId: 'run-0', actor: 'bridge', data }
}

function eventOf(given: Partial<AuditEvent>): AuditEvent {
  return {
    ...{ id: 'e1', at: new Date().toISOString(), user: 'bridge@acme.example', provider: 'IAM' },
    ...{ type: 'UPDATE_MEMBERS', resource: 'GROUP', resourceName: 'team payments', resourceId: GROUP },
    ...{ grantType: 'CLIENT_CREDENTIALS', clientId: CLIENT, authentication: 'OAUTH2', tokenId: undefined },
    ...{ originAddress: undefined, originType: 'REST', outcome: 'SUCCESS', environmentId: undefined },
    details: {},
    ...given,
  }
}
