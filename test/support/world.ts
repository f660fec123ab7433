/** Everything real but the sockets of SCIM: an app over a database, a simulated account, and passes on demand. */
import type { Test } from 'tap'
import { request as httpRequest } from 'undici'
import type { AccessModel } from '../../src/access/model.ts'
import { parseAccessModel } from '../../src/access/parse.ts'
import { sqlChangeFeed } from '../../src/directory/change-feed.ts'
import { sqlDirectory } from '../../src/directory/sql-directory.ts'
import { sqlSnapshot } from '../../src/directory/sql-snapshot.ts'
import { connectDynatrace } from '../../src/dynatrace/client.ts'
import { createHttpApp } from '../../src/http/app.ts'
import { type Clock, systemClock } from '../../src/lib/clock.ts'
import { silentLog } from '../../src/lib/log.ts'
import { policyTextMemory } from '../../src/reconcile/account-texts.ts'
import { auditLog } from '../../src/reconcile/actors/audit-log.ts'
import { adoptionDesk } from '../../src/reconcile/adopt/desk.ts'
import { callLedger } from '../../src/reconcile/call-ledger.ts'
import { catalogueMemory } from '../../src/reconcile/catalogue-memory.ts'
import { execute } from '../../src/reconcile/execute.ts'
import { usageMemory } from '../../src/reconcile/findings/usage-memory.ts'
import { keyedScope } from '../../src/reconcile/keyed-scope.ts'
import { type ReconcileLoop, reconcileLoop } from '../../src/reconcile/loop.ts'
import { ownershipDesk } from '../../src/reconcile/ownership/desk.ts'
import { markerKeeper } from '../../src/reconcile/ownership/marker-keeper.ts'
import { newRun, type Run } from '../../src/reconcile/run.ts'
import { runStore } from '../../src/reconcile/run-store.ts'
import type { Scope } from '../../src/reconcile/scope.ts'
import { startSimulator } from '../../src/simulator/start.ts'
import type { Store } from '../../src/store/store.ts'

export const SCIM_TOKEN = 'scim-token-for-tests'

/** Never waits, so that retries and read-backs go on at once, and can be set ahead. */
export interface TestClock extends Clock {
  advance(ms: number): void
}

export function testClock(): TestClock {
  let ahead = 0
  return {
    now: () => new Date(systemClock.now().getTime() + ahead),
    sleep: async () => undefined,
    advance: ms => {
      ahead += ms
    },
  }
}

export type World = Awaited<ReturnType<typeof makeWorld>>

export async function makeWorld(
  t: Test,
  options: {
    readonly store: Store
    readonly rules: string
    readonly seed?: 'sample' | 'empty'
    readonly clock?: Clock
    /** Puts something between the bridge and the account; answers with its address. */
    readonly through?: (url: string) => Promise<string>
    /** Another bridge's account, instead of one of its own. */
    readonly account?: Awaited<ReturnType<typeof startSimulator>>
    /** Marks the account as looked after, as a bridge that is served does. */
    readonly marked?: boolean
    /** One call after the other, so that nothing is left to chance. */
    readonly inTurn?: boolean
    /** A reason to stop in the middle of a pass, asked for before each call. */
    readonly mayGoOn?: () => string | undefined
    /** Instead of the account that is there. */
    readonly accountUuid?: string
  },
) {
  const { store, clock = testClock() } = options
  let model = parseModel(options.rules)
  const simulator =
    options.account ??
    (await startSimulator({ host: '127.0.0.1', port: 0, seed: options.seed ?? 'sample', clock }))
  const directory = sqlDirectory({ store, clock })
  const app = await createHttpApp({ directory, scimToken: SCIM_TOKEN, log: false, onChange: () => undefined })
  const calls = callLedger()
  const connection = connectDynatrace({
    accountUuid: options.accountUuid ?? simulator.accountUuid,
    clientId: simulator.clientId,
    clientSecret: simulator.clientSecret,
    apiUrl: (await options.through?.(simulator.url)) ?? simulator.url,
    ssoUrl: simulator.url,
    clock,
    log: silentLog,
    onCall: record => calls.record(record),
    limits: { retries: 2, ...(options.inTurn === true ? { firstInFlight: 1, inFlight: 1 } : {}) },
  })
  const feed = sqlChangeFeed(store)
  const readSnapshot = sqlSnapshot(store)
  const runs = runStore(store, clock)
  const parts = {
    store,
    readSnapshot,
    catalogue: catalogueMemory(clock),
    policyTexts: policyTextMemory(() => clock.now()),
    usage: usageMemory(clock),
    auditLog: auditLog(clock),
    ...(options.marked === true ? { marker: markerKeeper({ store, clock }) } : {}),
    clock,
    log: silentLog,
    connection,
    calls,
    runs,
    mayGoOn: options.mayGoOn ?? (() => undefined),
  }
  t.teardown(async () => {
    await app.close()
    await connection.close()
    if (options.account === undefined) await simulator.close()
  })

  async function scim(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object) {
    const response = await app.inject({
      method,
      url: `/scim/v2${path}`,
      headers: { authorization: `Bearer ${SCIM_TOKEN}`, 'content-type': 'application/scim+json' },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    })
    return { status: response.statusCode, body: response.body === '' ? undefined : response.json() }
  }

  async function simulated(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object) {
    const response = await httpRequest(`${simulator.url}/_simulator${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    })
    const text = await response.body.text()
    if (response.statusCode >= 400) throw new Error(`${method} ${path}: ${response.statusCode} ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  async function run(mode: Run['mode'], scope: Scope): Promise<Run> {
    const named = scope.kind === 'full' ? 'full' : [...scope.emails, ...scope.groups]
    const asked = { trigger: 'request', mode, scope: named, status: 'queued', actor: 'test' } as const
    const blank = newRun(asked, clock.now())
    const { run: done, result } = await execute(blank, { scope, model }, parts)
    if (scope.kind === 'full' && mode === 'apply' && result !== undefined) await feed.settleAll(result.seq)
    return done
  }

  return {
    /** A loop that runs passes by itself, over the same parts; stopped at the end of the test. */
    loop(loopClock: Clock = clock): ReconcileLoop {
      const loop = reconcileLoop(model, { ...parts, clock: loopClock, changes: feed, onRun: () => undefined })
      t.teardown(() => loop.stop())
      loop.start()
      return loop
    },
    store,
    simulator,
    adoption: adoptionDesk(() => model, parts),
    ownership: ownershipDesk(parts),
    connection,
    auditLog: parts.auditLog,
    app,
    runs,
    feed,
    scim,
    simulated,
    /** A hand edit in the console. */
    edit: (edit: object) => simulated('POST', '/edit', { as: 'ana.kos@acme.example', ...edit }),
    fault: (fault: object) => simulated('POST', '/faults', fault),
    /** What an administrator does to the OAuth client. */
    client: (change: object) => simulated('PUT', '/client', change),
    state: () => simulated('GET', '/state'),
    calls: () => simulated('GET', '/calls'),
    forgetCalls: () => simulated('DELETE', '/calls'),
    plan: () => run('plan', { kind: 'full' }),
    apply: () => run('apply', { kind: 'full' }),
    /** A keyed pass over everything that changed since the last pass. */
    async keyed(): Promise<Run> {
      const keys = await feed.pending()
      const done = await run('apply', await keyedScope(keys, { model, store, readSnapshot }))
      await feed.settle(keys)
      return done
    },
    /** A person's word on the held steps of a run. */
    async approve(run: Run, reason: string, actor = 'ana'): Promise<void> {
      const held = run.plan.steps.filter(({ verdict }) => verdict.kind === 'hold')
      await runs.decide(run, held, { decision: 'approved', actor, reason }, model.approvals)
    },
    configure(rules: string) {
      model = parseModel(rules)
    },
    /** Another access model, made from the one in force. */
    adjust(change: (model: AccessModel) => AccessModel) {
      model = change(model)
    },
    async user(name: string, more: object = {}): Promise<string> {
      const userName = `${name}@acme.example`
      const { status, body } = await scim('POST', '/Users', {
        schemas: [USER],
        userName,
        active: true,
        ...more,
      })
      if (status !== 201) throw new Error(`creating ${userName}: ${status} ${JSON.stringify(body)}`)
      return body.id
    },
    async group(displayName: string, members: readonly string[] = []): Promise<string> {
      const { status, body } = await scim('POST', '/Groups', {
        schemas: [GROUP],
        displayName,
        members: members.map(value => ({ value })),
      })
      if (status !== 201) throw new Error(`creating ${displayName}: ${status} ${JSON.stringify(body)}`)
      return body.id
    },
    patch: (path: string, ...operations: object[]) =>
      scim('PATCH', path, { schemas: [PATCH_OP], Operations: operations }),
  }
}

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

export function parseModel(text: string): AccessModel {
  const parsed = parseAccessModel(text, 'bridge.yaml')
  if (parsed.kind === 'invalid') throw new Error(JSON.stringify(parsed.problems, null, 2))
  return parsed.model
}
