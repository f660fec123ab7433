/**
 * When passes happen: one at a time, on the instance that holds the lease.
 *
 * Full passes: at the start, on schedule, on request, after a changed bridge.yaml. Keyed passes: a
 * moment after the directory changed, for everything that changed meanwhile. A key whose pass did not
 * come right is tried again, at growing intervals, and by every full pass. What the audit log of the account says that
 * somebody else changed is looked at likewise. While calls to the account pause nothing
 * is tried but what a person asks for; then a full pass finds out whether Dynatrace answers again.
 */
import { nextEnd } from '../access/ends.ts'
import { inForce } from '../access/in-force.ts'
import type { AccessModel } from '../access/model.ts'
import type { ChangedKey, ChangeFeed } from '../directory/snapshot.ts'
import { messageOf } from '../lib/errors.ts'
import { auditLog } from './actors/audit-log.ts'
import { auditPoll, type News } from './actors/audit-poll.ts'
import { type Executed, type ExecuteParts, execute } from './execute.ts'
import { fullSchedule } from './full-schedule.ts'
import { idle } from './idle.ts'
import { closeInterrupted } from './interrupted.ts'
import { isOpen, keyRetries, nameOf } from './key-retries.ts'
import { keyedScope } from './keyed-scope.ts'
import { keepLeading, leadership } from './leadership.ts'
import { pausedUntil } from './outage.ts'
import type { Reconciler } from './reconciler.ts'
import { requests } from './requests.ts'
import { newRun, type Run } from './run.ts'
import type { Scope } from './scope.ts'

/** How often a change made through another instance is looked for. */
const POLL_MS = 500
const KEYS_A_PASS = 1_000
const COUNT_EVERY_MS = 1_000

export interface LoopParts extends Omit<ExecuteParts, 'mayGoOn'> {
  readonly changes: ChangeFeed
  readonly onRun: (run: Run) => void
}

export interface ReconcileLoop extends Reconciler {
  /** A new access model is in force; a full pass follows. */
  configure(model: AccessModel): void
}

export function reconcileLoop(initial: AccessModel, given: LoopParts): ReconcileLoop {
  const parts = { ...given, auditLog: given.auditLog ?? auditLog(given.clock) }
  const { store, clock, log, runs, changes, connection } = parts
  const lead = leadership(store, clock)
  const stopping = new AbortController()
  const { sleep, wake } = idle(clock, stopping.signal)
  const schedule = fullSchedule(clock)
  const retries = keyRetries(clock)
  const poll = auditPoll(parts)
  let model = initial
  let led = false
  let running: Promise<void> = Promise.resolve()
  let newestFull: Run | undefined
  let pendingKeys = 0
  let countedAt = 0
  let lastAttemptAt: string | undefined
  let lastSuccessAt: string | undefined
  let failure: string | undefined

  const now = () => clock.now().getTime()
  const auditCalls = () => connection.with({ runId: 'audit-poll', requestIds: [] })
  const mayGoOn = () => {
    if (stopping.signal.aborted) return 'The bridge is stopping; the next pass goes on from here.'
    return lead.leads ? undefined : 'Another instance has taken over.'
  }
  const carryOut = async (run: Run, scope: Scope): Promise<Executed> => {
    lastAttemptAt = clock.now().toISOString()
    const done = await execute(run, { scope, model }, { ...parts, mayGoOn })
    failure = done.run.status === 'failed' ? done.run.problems[0] : undefined
    if (done.run.status !== 'failed') lastSuccessAt = done.run.finishedAt
    parts.onRun(done.run)
    return done
  }

  async function fullPass(run: Run): Promise<void> {
    const used = model
    const endsAt = nextEnd(used, clock.now())
    const { run: done, result } = await carryOut(run, { kind: 'full' })
    // It says nothing about drift, and settles nothing.
    if (run.rollbackTo !== undefined) return
    const at = now()
    await runs.prune()
    await runs.expire()
    // What is not on record because it says nothing new is still the newest word.
    if (done.status !== 'failed') newestFull = done
    schedule.passed(done, { at, everyMs: model.fullPassEveryMs, stale: used !== model, endsAt })
    if (done.mode === 'apply' && result !== undefined) poll.lookedAt(done.startedAt)
    // Held and refused steps stay in the plan of every full pass; what failed is tried again by the next one.
    if (done.mode === 'apply' && result !== undefined && done.status !== 'partial') {
      retries.clear()
      await changes.settleAll(result.seq)
    }
  }

  async function keyedPass(keys: readonly ChangedKey[]): Promise<void> {
    const valid = inForce(model, clock.now())
    const scope = await keyedScope(keys, { ...parts, model: valid })
    const asked = { trigger: 'scim', mode: 'apply', scope: keys.map(nameOf), actor: 'scim' } as const
    const requestIds = [...new Set(keys.flatMap(key => key.requestIds))]
    const run = { ...newRun({ ...asked, status: 'running' }, clock.now()), requestIds }
    const { run: done, result } = await carryOut(run, scope)
    const open = result === undefined ? keys : keys.filter(key => isOpen(key, done))
    const settled = keys.filter(key => !open.includes(key))
    retries.passed({ open, settled })
    // What looked wrong from these keys (a group somebody deleted, say) a look at everything puts right.
    if (open.length > 0) schedule.hasten()
    await changes.settle(settled)
  }

  async function auditPass(news: News): Promise<void> {
    // Nothing would be carried out; what there is to report is not worth more than one full pass a minute.
    if (model.mode === 'observe') return schedule.hasten()
    if (news.kind === 'everything') return schedule.bringForward()
    const { emails, groups } = news.scope
    const scope = [...[...emails].map(key => `user ${key}`), ...[...groups].map(key => `group ${key}`)]
    const asked = { trigger: 'audit', mode: 'apply', scope, actor: 'audit log', status: 'running' } as const
    const { run } = await carryOut(newRun(asked, clock.now()), news.scope)
    if (run.status === 'failed' || run.status === 'partial') schedule.hasten()
  }

  async function turn(): Promise<void> {
    if (!(await lead.keep())) {
      led = false
      return
    }
    if (!led) await closeInterrupted(runs, clock)
    led = true
    const [asked] = await runs.queued()
    if (asked !== undefined) return fullPass(asked)
    const paused = pausedUntil(connection.status(), now())
    if (paused !== undefined) schedule.waitFor(paused)
    const trigger = schedule.due()
    if (trigger !== undefined) {
      const due = { trigger, mode: 'apply', scope: 'full', actor: trigger, status: 'running' } as const
      return fullPass(newRun(due, clock.now()))
    }
    await countPending()
    const news = paused === undefined ? poll.news(model.auditEveryMs, auditCalls) : undefined
    if (news !== undefined) return auditPass(news)
    // Nothing would be carried out: the full pass reports these with everything else.
    if (model.mode === 'observe' || paused !== undefined) return sleep(POLL_MS)
    const ready = await changes.pending(KEYS_A_PASS, retries.isReady)
    if (ready.length > 0) return keyedPass(ready)
    await sleep(POLL_MS)
  }

  /** Not with every turn: of a first import many wait for long. */
  async function countPending(): Promise<void> {
    if (pendingKeys > 0 && now() - countedAt < COUNT_EVERY_MS) return
    pendingKeys = await changes.count()
    countedAt = now()
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await turn()
        if (!lead.leads) await sleep(POLL_MS)
      } catch (error) {
        failure = messageOf(error)
        // A run may have lost its record half-way; it is closed as soon as the database answers again.
        led = false
        log.error({ err: error }, `reconcile loop: ${failure}`)
        await sleep(POLL_MS)
      }
    }
    await lead
      .resign()
      .catch((error: unknown) => log.warn({ err: error }, 'the lease could not be given back'))
  }

  async function latest(): Promise<Run | undefined> {
    const stored = await runs.latestFull()
    const own = newestFull
    if (own === undefined) return stored
    return (stored?.finishedAt ?? '') > (own.finishedAt ?? '') ? stored : own
  }

  return {
    ...requests({ runs, clock, wake, model: () => model, latest }),
    start() {
      const leading = { clock, log, stopping: stopping.signal }
      running = Promise.all([loop(), keepLeading(lead, leading)]).then(() => undefined)
    },
    async stop() {
      stopping.abort()
      await running
      await poll.settled()
    },
    notify: wake,
    configure(changed) {
      model = changed
      schedule.configured()
      wake()
    },
    runs: limit => runs.list(limit),
    run: id => runs.get(id),
    runHead: id => runs.head(id),
    latest,
    findings: async () => (await latest())?.findings ?? [],
    status: () => ({ leader: lead.leads, lastAttemptAt, lastSuccessAt, pendingKeys, failure }),
  }
}
