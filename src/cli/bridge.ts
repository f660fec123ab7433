/** The composition root: builds the parts of a bridge, hands them to each other, and takes them down again. */

import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { desiredMemory } from '../access/desired-memory.ts'
import type { DynatraceSettings, Settings } from '../config/settings.ts'
import { sqlChangeFeed } from '../directory/change-feed.ts'
import { directoryFindings } from '../directory/directory-findings.ts'
import { emailAttribute } from '../directory/email-attribute.ts'
import { recomputeEmails } from '../directory/recompute-emails.ts'
import { refusalBook } from '../directory/refusals.ts'
import { sqlDirectory } from '../directory/sql-directory.ts'
import { sqlSnapshot } from '../directory/sql-snapshot.ts'
import { connectDynatrace } from '../dynatrace/client.ts'
import { createHttpApp } from '../http/app.ts'
import { registerOperations } from '../http/ops/operations.ts'
import { registerRequestMetrics } from '../http/ops/request-metrics.ts'
import type { Clock } from '../lib/clock.ts'
import { BridgeError, messageOf } from '../lib/errors.ts'
import { type AccessViewParts, accessView } from '../reconcile/access-view.ts'
import { policyTextMemory } from '../reconcile/account-texts.ts'
import { adoptionDesk } from '../reconcile/adopt/desk.ts'
import { callLedger } from '../reconcile/call-ledger.ts'
import { catalogueMemory } from '../reconcile/catalogue-memory.ts'
import { acceptDesk } from '../reconcile/choices/accept-drift.ts'
import { choiceDesk } from '../reconcile/choices/desk.ts'
import { controls } from '../reconcile/controls/controls.ts'
import { desiredFacts } from '../reconcile/export/desired-facts.ts'
import { usageMemory } from '../reconcile/findings/usage-memory.ts'
import { history } from '../reconcile/holdings/history.ts'
import { reconcileLoop } from '../reconcile/loop.ts'
import { ownershipDesk } from '../reconcile/ownership/desk.ts'
import { markerKeeper } from '../reconcile/ownership/marker-keeper.ts'
import { rollbackDesk } from '../reconcile/rollback/rollback.ts'
import { runStore } from '../reconcile/run-store.ts'
import { whatIf } from '../reconcile/what-if.ts'
import { lenient, strict } from '../scim/dialects/dialects.ts'
import { readJournal } from '../store/journal.ts'
import { exportJournal } from '../store/journal-export.ts'
import { verifyJournal } from '../store/journal-verify.ts'
import { openStore } from '../store/open.ts'
import { createMetrics } from '../telemetry/metrics.ts'
import { keepAccessModel } from './access-model.ts'
import { pseudonymisePerson } from './pseudonymise.ts'
import { userAccess } from './user-access.ts'

export interface BridgeOptions {
  readonly host: string
  /** 0 takes a free port. */
  readonly port: number
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  /** Path of `bridge.yaml`. */
  readonly accessFile: string
  readonly scimToken: string
  readonly adminToken: string
  readonly dynatrace: DynatraceSettings
  /** By default as in `Settings` when nothing is set. */
  readonly identity?: IdentitySettings
  /** By default 90. */
  readonly keepRunsDays?: number | undefined
  readonly log: Logger
  readonly clock: Clock
}

export type IdentitySettings = Pick<
  Settings,
  'emailAttribute' | 'emailDomains' | 'reactivate' | 'staleDeactivationSeconds' | 'strict'
>

export interface RunningBridge {
  /** e.g. `http://127.0.0.1:8080`. */
  readonly url: string
  close(): Promise<void>
}

const defaultIdentitySettings: IdentitySettings = {
  emailAttribute: 'auto',
  emailDomains: [],
  reactivate: true,
  staleDeactivationSeconds: 10,
  strict: false,
}

/** How long a pass under way may go on after the bridge was asked to stop. */
const PATIENCE_MS = 5_000

/** Throws `BridgeError` for everything a person can put right: settings, database, access model, address. */
export async function startBridge(options: BridgeOptions): Promise<RunningBridge> {
  const { log, clock, identity = defaultIdentitySettings } = options
  const emailOf = emailAttribute(identity.emailAttribute)
  const closers: (() => Promise<void>)[] = []
  const close = async () => {
    for (const closer of closers.toReversed()) await closer()
  }
  try {
    const metrics = createMetrics()
    const model = await keepAccessModel({ path: options.accessFile, clock, log })
    const store = await openStore({ dataDir: options.dataDir, databaseUrl: options.databaseUrl, log, clock })
    closers.push(() => store.close())
    const moved = await recomputeEmails({ store, clock, setting: identity.emailAttribute, emailOf })
    if (moved > 0)
      log.warn({ users: moved }, 'users have another address now: BRIDGE_EMAIL_ATTRIBUTE has changed')
    const refusals = refusalBook({ store, clock, log })
    closers.push(() => refusals.flush())
    const calls = callLedger()
    const connection = connectDynatrace({
      ...options.dynatrace,
      clock,
      log,
      onCall: call => {
        calls.record(call)
        metrics.recordCall(call)
      },
    })
    closers.push(() => connection.close())
    const readSnapshot = sqlSnapshot(store)
    const catalogue = catalogueMemory(clock)
    const policyTexts = policyTextMemory(() => clock.now())
    const memory = desiredMemory()
    const viewParts: AccessViewParts = {
      readSnapshot,
      connection,
      catalogue,
      policyTexts,
      desiredMemory: memory,
      clock,
    }
    const runs = runStore(store, clock, options.keepRunsDays)
    const marker = markerKeeper({ store, clock })
    const reconciler = reconcileLoop(model.current(), {
      marker,
      store,
      readSnapshot,
      changes: sqlChangeFeed(store),
      catalogue,
      usage: usageMemory(clock),
      policyTexts,
      desiredMemory: memory,
      runs,
      connection,
      calls,
      clock,
      log,
      onRun: run => metrics.recordRun(run),
    })
    closers.push(async () => {
      const late = setTimeout(() => void connection.close(), PATIENCE_MS)
      await reconciler.stop().finally(() => clearTimeout(late))
    })
    const app = await createHttpApp({
      directory: sqlDirectory({
        store,
        clock,
        identity: {
          emailOf,
          emailDomains: identity.emailDomains,
          reactivate: identity.reactivate,
          staleDeactivationMs: identity.staleDeactivationSeconds * 1000,
        },
      }),
      scimToken: options.scimToken,
      dialects: identity.strict ? strict : lenient,
      log,
      onChange: () => reconciler.notify(),
      onRefusal: refusal => {
        metrics.recordRefusal(refusal.kind)
        refusals.record(refusal)
      },
      beforeRoutes: scope => registerRequestMetrics(scope, metrics),
      registerOperations: scope =>
        registerOperations(scope, {
          reconciler,
          choices: {
            ...choiceDesk({ reconciler, store, clock }),
            ...acceptDesk({
              ...{ reconciler, connection, catalogue, store },
              model: () => model.current(),
              readFile: async () => ({
                path: options.accessFile,
                text: await readFile(options.accessFile, 'utf8'),
              }),
            }),
          },
          rollback: rollbackDesk({ runs, store, clock, wake: () => reconciler.notify() }),
          controls: controls({ store, clock, wake: () => reconciler.notify() }),
          ownership: ownershipDesk({ store, clock, connection }),
          adoption: adoptionDesk(() => model.current(), { ...viewParts, store, runs, marker }),
          readJournal: query => readJournal(store.db, query),
          verifyJournal: anchors => verifyJournal(store.db, anchors),
          exportJournal: filter => exportJournal(store.db, filter),
          history: history(store),
          pseudonymise: asked => pseudonymisePerson(asked, { store, clock }),
          explainAccess: asked => userAccess(asked, { ...viewParts, store, runs, model: model.current() }),
          whatIf: proposed => whatIf({ current: model.current(), proposed }, { ...viewParts, store, runs }),
          readDesired: () => desiredFacts(model.current(), { ...viewParts, store }),
          viewAccess: scope => accessView(model.current(), scope, viewParts),
          directoryFindings: directoryFindings({
            store,
            refusals,
            clock,
            emailDomains: identity.emailDomains,
          }),
          health: {
            database: () => store.ping(),
            dynatrace: () => connection.status(),
            configuration: () => model.status(),
          },
          metrics,
          adminToken: options.adminToken,
          clock,
        }),
    })
    closers.push(() => app.close())
    const url = await listen(app, options)
    reconciler.start()
    const watch = model.watch(changed => reconciler.configure(changed))
    closers.push(() => watch.close())
    return { url, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function listen(
  app: FastifyInstance,
  { host, port }: Pick<BridgeOptions, 'host' | 'port'>,
): Promise<string> {
  try {
    await app.listen({ host, port })
  } catch (error) {
    throw new BridgeError('cannot-listen', listenFailure(error, host, port), { cause: error })
  }
  const address = app.server.address() as AddressInfo // it listens on TCP, not on a pipe
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`
}

function listenFailure(error: unknown, host: string, port: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is in use: stop what listens there, or set PORT to another one.`
    case 'EACCES':
      return `Port ${port} may not be used without more rights: set PORT to one above 1023.`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is no address of this machine: set HOST to another one, such as 127.0.0.1 or 0.0.0.0.`
    default:
      return `The bridge cannot listen on ${host}, port ${port}: ${messageOf(error)}`
  }
}
