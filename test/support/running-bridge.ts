/** A whole bridge in the test's process: database, simulated account, reconcile loop, SCIM and operations over HTTP. */

import type { LightMyRequestResponse } from 'fastify'
import type { Test } from 'tap'
import { request } from 'undici'
import { pseudonymisePerson } from '../../src/cli/pseudonymise.ts'
import { userAccess } from '../../src/cli/user-access.ts'
import { sqlChangeFeed } from '../../src/directory/change-feed.ts'
import { directoryFindings } from '../../src/directory/directory-findings.ts'
import { refusalBook } from '../../src/directory/refusals.ts'
import { sqlDirectory } from '../../src/directory/sql-directory.ts'
import { sqlSnapshot } from '../../src/directory/sql-snapshot.ts'
import { connectDynatrace } from '../../src/dynatrace/client.ts'
import { createHttpApp } from '../../src/http/app.ts'
import { registerOperations } from '../../src/http/ops/operations.ts'
import type { HealthSources } from '../../src/http/ops/parts.ts'
import { registerRequestMetrics } from '../../src/http/ops/request-metrics.ts'
import { systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { accessView } from '../../src/reconcile/access-view.ts'
import { policyTextMemory } from '../../src/reconcile/account-texts.ts'
import { adoptionDesk } from '../../src/reconcile/adopt/desk.ts'
import { callLedger } from '../../src/reconcile/call-ledger.ts'
import { catalogueMemory } from '../../src/reconcile/catalogue-memory.ts'
import { acceptDesk } from '../../src/reconcile/choices/accept-drift.ts'
import { choiceDesk } from '../../src/reconcile/choices/desk.ts'
import { controls } from '../../src/reconcile/controls/controls.ts'
import { desiredFacts } from '../../src/reconcile/export/desired-facts.ts'
import { usageMemory } from '../../src/reconcile/findings/usage-memory.ts'
import { history } from '../../src/reconcile/holdings/history.ts'
import { reconcileLoop } from '../../src/reconcile/loop.ts'
import { ownershipDesk } from '../../src/reconcile/ownership/desk.ts'
import { rollbackDesk } from '../../src/reconcile/rollback/rollback.ts'
import { runStore } from '../../src/reconcile/run-store.ts'
import { whatIf } from '../../src/reconcile/what-if.ts'
import { startSimulator } from '../../src/simulator/start.ts'
import { readJournal } from '../../src/store/journal.ts'
import { exportJournal } from '../../src/store/journal-export.ts'
import { verifyJournal } from '../../src/store/journal-verify.ts'
import { openStore } from '../../src/store/open.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import { parseModel, SCIM_TOKEN } from './world.ts'

export const ADMIN_TOKEN = 'admin-token-for-tests'

export type RunningBridge = Awaited<ReturnType<typeof runningBridge>>

/** `start: false` leaves the reconcile loop asleep, so that requested runs stay queued. */
export async function runningBridge(
  t: Test,
  options: { readonly rules: string; readonly start?: boolean; readonly health?: Partial<HealthSources> },
) {
  const clock = systemClock
  const model = parseModel(options.rules)
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, seed: 'sample', clock })
  const store = await openStore({ dataDir: t.testdir(), databaseUrl: undefined, log: silentLog, clock })
  const metrics = createMetrics()
  const calls = callLedger()
  const connection = connectDynatrace({
    accountUuid: simulator.accountUuid,
    clientId: simulator.clientId,
    clientSecret: simulator.clientSecret,
    apiUrl: simulator.url,
    ssoUrl: simulator.url,
    clock,
    log: silentLog,
    onCall: record => {
      calls.record(record)
      metrics.recordCall(record)
    },
    limits: { retries: 0 },
  })
  const readSnapshot = sqlSnapshot(store)
  const catalogue = catalogueMemory(clock)
  const policyTexts = policyTextMemory(() => clock.now())
  const viewParts = { readSnapshot, connection, catalogue, policyTexts, clock }
  const runs = runStore(store, clock)
  const reconciler = reconcileLoop(model, {
    store,
    readSnapshot,
    catalogue,
    usage: usageMemory(clock),
    policyTexts,
    clock,
    log: silentLog,
    connection,
    calls,
    runs,
    changes: sqlChangeFeed(store),
    onRun: run => metrics.recordRun(run),
  })
  const directory = sqlDirectory({ store, clock })
  const refusals = refusalBook({ store, clock, log: silentLog })
  const loadedAt = clock.now().toISOString()
  const app = await createHttpApp({
    directory,
    scimToken: SCIM_TOKEN,
    log: false,
    onChange: () => reconciler.notify(),
    onRefusal: refusal => {
      metrics.recordRefusal(refusal.kind)
      refusals.record(refusal)
    },
    beforeRoutes: app => registerRequestMetrics(app, metrics),
    registerOperations: async app => {
      await registerOperations(app, {
        reconciler,
        choices: {
          ...choiceDesk({ reconciler, store, clock }),
          ...acceptDesk({
            ...{ reconciler, connection, catalogue, store },
            model: () => model,
            readFile: async () => ({ path: 'bridge.yaml', text: options.rules }),
          }),
        },
        rollback: rollbackDesk({ runs, store, clock, wake: () => reconciler.notify() }),
        controls: controls({ store, clock, wake: () => reconciler.notify() }),
        ownership: ownershipDesk({ store, clock, connection }),
        adoption: adoptionDesk(() => model, { ...viewParts, store, runs }),
        readJournal: query => readJournal(store.db, query),
        verifyJournal: anchors => verifyJournal(store.db, anchors),
        exportJournal: filter => exportJournal(store.db, filter),
        history: history(store),
        pseudonymise: asked => pseudonymisePerson(asked, { store, clock }),
        explainAccess: asked => userAccess(asked, { ...viewParts, store, runs, model }),
        whatIf: proposed => whatIf({ current: model, proposed }, { ...viewParts, store, runs }),
        readDesired: () => desiredFacts(model, { ...viewParts, store }),
        viewAccess: scope => accessView(model, scope, viewParts),
        directoryFindings: directoryFindings({ store, refusals, clock, emailDomains: [] }),
        health: {
          database: () => store.ping(),
          dynatrace: () => connection.status(),
          configuration: () => ({ loadedAt, problem: undefined }),
          ...options.health,
        },
        metrics,
        adminToken: ADMIN_TOKEN,
        clock,
      })
    },
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  if (options.start !== false) reconciler.start()
  t.teardown(async () => {
    await app.close()
    await refusals.flush()
    await reconciler.stop()
    await connection.close()
    await simulator.close()
    await store.close()
  })

  const call = (
    method: 'GET' | 'POST' | 'PUT' | 'PATCH',
    path: string,
    body?: object | string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<LightMyRequestResponse> =>
    app.inject({
      method,
      url: path,
      headers: {
        authorization: `Bearer ${path.startsWith('/scim') ? SCIM_TOKEN : ADMIN_TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: body }),
    })

  return {
    app,
    url,
    store,
    simulator,
    call,
    /** A hand edit in the console. */
    async edit(edit: object): Promise<void> {
      const answer = await request(`${simulator.url}/_simulator/edit`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ as: 'ana.kos@acme.example', ...edit }),
      })
      const text = await answer.body.text()
      if (answer.statusCode >= 400) throw new Error(text)
    },
    async state() {
      return (await request(`${simulator.url}/_simulator/state`)).body.json() as never
    },
    /** Wakes a reconcile loop that was left asleep. */
    start: () => reconciler.start(),
    async user(name: string): Promise<string> {
      const body = {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        userName: `${name}@acme.example`,
        active: true,
      }
      const answer = await call('POST', '/scim/v2/Users', body)
      if (answer.statusCode !== 201) throw new Error(answer.body)
      return answer.json().id
    },
    async group(displayName: string, members: readonly string[]): Promise<string> {
      const body = {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
        displayName,
        members: members.map(value => ({ value })),
      }
      const answer = await call('POST', '/scim/v2/Groups', body)
      if (answer.statusCode !== 201) throw new Error(answer.body)
      return answer.json().id
    },
    /** Asks for a run and answers its record once it has finished. */
    async run(mode: 'plan' | 'apply') {
      const queued = await call('POST', '/api/v1/reconcile', { mode })
      if (queued.statusCode !== 202) throw new Error(queued.body)
      return this.finished(queued.json().id)
    },
    async finished(id: string) {
      for (;;) {
        const run = (await call('GET', `/api/v1/reconcile/runs/${id}`)).json()
        if (run.status !== 'queued' && run.status !== 'running') return run
        await clock.sleep(20)
      }
    },
  }
}
