/**
 * When passes happen: one at a time, on the instance that holds the lease.
 *
 * Full passes: at the start, on schedule, on request, after a changed bridge.yaml. Keyed passes: a
 * moment after the directory changed, for everything that changed meanwhile. A key whose pass did not
 * come right is tried again, at growing intervals, and by every full pass.
 */
import type { AccessModel } from '../access/model.ts'
import type { ChangedKey, ChangeFeed } from '../directory/snapshot.ts'
import { backoff } from '../lib/backoff.ts'
import { messageOf } from '../lib/errors.ts'
import { type Executed, type ExecuteParts, execute } from './execute.ts'
import { keyedScope } from './keyed-scope.ts'
import { leadership } from './leadership.ts'
import type { Reconciler } from './reconciler.ts'
import { newRun, type Run, type RunTrigger } from './run.ts'

/** How long changes gather before a keyed pass begins. */
const GATHER_MS = 150
/** How often a change made through another instance is looked for. */
const POLL_MS = 500
const KEYS_A_PASS = 1_000
const COUNT_EVERY_MS = 1_000
const RETRY = { base: 2_000, cap: 300_000 }
/** At least this long from one full pass to one that a failed key asks for. */
const FULL_AGAIN_MS = 60_000
/** How often the lease is looked after while a pass runs. */
const HEARTBEAT_MS = 5_000

export interface LoopParts extends Omit<ExecuteParts, 'mayGoOn'> {
  readonly changes: ChangeFeed
  readonly onRun: (run: Run) => void
}

export interface ReconcileLoop extends Reconciler {
  /** A new access model is in force; a full pass follows. */
  configure(model: AccessModel): void
}

export function reconcileLoop(initial: AccessModel, parts: LoopParts): ReconcileLoop {
  const { store, clock, log, runs, changes, readSnapshot } = parts
  const lead = leadership(store, clock)
  const stopping = new AbortController()
  const retries = new Map<string, { attempt: number; at: number; seq: number }>()
  let model = initial
  let due: { at: number; trigger: RunTrigger } = { at: 0, trigger: 'start' }
  let fullAttempts = 0
  let lastFullAt = 0
  let led = false
  let wake = new AbortController()
  let running: Promise<void> = Promise.resolve()
  let newestFull: Run | undefined
  let pendingKeys = 0
  let countedAt = 0
  let lastAttemptAt: string | undefined
  let lastSuccessAt: string | undefined
  let failure: string | undefined

  const now = () => clock.now().getTime()
  const mayGoOn = () => {
    if (stopping.signal.aborted) return 'The bridge is stopping; the next pass goes on from here.'
    return lead.leads ? undefined : 'Another instance has taken over.'
  }
  const fresh = (
    trigger: RunTrigger,
    asked: Omit<Parameters<typeof newRun>[0], 'trigger' | 'status'>,
    status: 'running' | 'queued' = 'running',
  ): Run => newRun({ trigger, status, ...asked }, clock.now())
  const carryOut = async (run: Run, scope: Parameters<typeof execute>[1]['scope']): Promise<Executed> => {
    lastAttemptAt = clock.now().toISOString()
    const done = await execute(run, { scope, model }, { ...parts, mayGoOn })
    failure = done.run.status === 'failed' ? done.run.problems[0] : undefined
    if (done.run.status !== 'failed') lastSuccessAt = done.run.finishedAt
    parts.onRun(done.run)
    return done
  }

  async function fullPass(run: Run): Promise<void> {
    const used = model
    const { run: done, result } = await carryOut(run, { kind: 'full' })
    lastFullAt = now()
    await runs.prune()
    // What is not on record because it says nothing new is still the newest word.
    if (done.status !== 'failed') newestFull = done
    const tried = done.mode === 'apply'
    if (tried) fullAttempts = done.status === 'failed' || done.status === 'partial' ? fullAttempts + 1 : 0
    const wait =
      fullAttempts > 0 ? backoff(fullAttempts, RETRY.base, model.fullPassEveryMs) : model.fullPassEveryMs
    // A model that came meanwhile is due at once, whatever became of this pass.
    if (tried && used === model) due = { at: now() + wait, trigger: 'schedule' }
    // Held and refused steps stay in the plan of every full pass; what failed is tried again by the next one.
    if (tried && result !== undefined && done.status !== 'partial') {
      retries.clear()
      await changes.settleAll(result.seq)
    }
  }

  async function keyedPass(keys: readonly ChangedKey[]): Promise<void> {
    const scope = await keyedScope(keys, { model, store, readSnapshot })
    const named = keys.map(key => `${key.kind} ${key.key}`)
    const requestIds = [...new Set(keys.flatMap(key => key.requestIds))]
    const run = { ...fresh('scim', { mode: 'apply', scope: named, actor: 'scim' }), requestIds }
    const { run: done, result } = await carryOut(run, scope)
    const open = result === undefined ? keys : keys.filter(key => isOpen(key, done))
    const settled = keys.filter(key => !open.includes(key))
    for (const key of settled) retries.delete(`${key.kind} ${key.key}`)
    for (const key of open) {
      const attempt = (retries.get(`${key.kind} ${key.key}`)?.attempt ?? 0) + 1
      const at = now() + backoff(attempt, RETRY.base, RETRY.cap)
      retries.set(`${key.kind} ${key.key}`, { attempt, at, seq: key.seq })
    }
    // What looked wrong from these keys (a group somebody deleted, say) a look at everything puts right.
    if (open.length > 0) due = { ...due, at: Math.min(due.at, Math.max(now(), lastFullAt + FULL_AGAIN_MS)) }
    await changes.settle(settled)
  }

  async function turn(): Promise<void> {
    if (!(await lead.keep())) {
      led = false
      return
    }
    if (!led) await closeInterrupted()
    led = true
    const [asked] = await runs.queued()
    if (asked !== undefined) return fullPass(asked)
    if (now() >= due.at) {
      return fullPass(fresh(due.trigger, { mode: 'apply', scope: 'full', actor: due.trigger }))
    }
    await countPending()
    // Nothing would be carried out: the full pass reports these with everything else.
    if (model.mode === 'observe') return pause(POLL_MS)
    const ready = await changes.pending(KEYS_A_PASS, key => {
      const retry = retries.get(`${key.kind} ${key.key}`)
      // A newer change does not wait for the failure of an older one.
      return retry === undefined || retry.at <= now() || key.seq > retry.seq
    })
    if (ready.length > 0) return keyedPass(ready)
    await pause(POLL_MS)
  }

  /** Not with every turn: of a first import many wait for long. */
  async function countPending(): Promise<void> {
    if (pendingKeys > 0 && now() - countedAt < COUNT_EVERY_MS) return
    pendingKeys = await changes.count()
    countedAt = now()
  }

  /** Runs that nobody carries on: their record says so, and the passes that follow look at the account anew. */
  async function closeInterrupted(): Promise<void> {
    for (const run of await runs.interrupted()) {
      const problems = [
        ...run.problems,
        'The run ended in the middle, with its process or its database; a later pass went on from there.',
      ]
      await runs.save({ ...run, status: 'failed', finishedAt: clock.now().toISOString(), problems })
    }
  }

  async function pause(ms: number): Promise<void> {
    wake = new AbortController()
    await clock.sleep(ms, AbortSignal.any([wake.signal, stopping.signal]))
    if (wake.signal.aborted && !stopping.signal.aborted) await clock.sleep(GATHER_MS, stopping.signal)
  }

  async function loop(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await turn()
        if (!lead.leads) await pause(POLL_MS)
      } catch (error) {
        failure = messageOf(error)
        // A run may have lost its record half-way; it is closed as soon as the database answers again.
        led = false
        log.error({ err: error }, `reconcile loop: ${failure}`)
        await pause(POLL_MS)
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

  /** A pass may take longer than the lease lasts. */
  async function heartbeat(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(HEARTBEAT_MS, stopping.signal)
      if (!lead.leads || stopping.signal.aborted) continue
      await lead
        .keep()
        .catch((error: unknown) => log.warn({ err: error }, 'the lease could not be prolonged'))
    }
  }

  return {
    start() {
      running = Promise.all([loop(), heartbeat()]).then(() => undefined)
    },
    async stop() {
      stopping.abort()
      await running
    },
    notify() {
      // An abort makes an error object each time, and this is called with every SCIM write.
      if (!wake.signal.aborted) wake.abort()
    },
    configure(changed) {
      model = changed
      due = { at: 0, trigger: 'configuration' }
      wake.abort()
    },
    async request(mode, actor) {
      const run = fresh('request', { mode, scope: 'full', actor }, 'queued')
      await runs.save(run, [{ kind: 'run.requested', runId: run.id, actor, data: { mode } }])
      wake.abort()
      return run
    },
    runs: limit => runs.list(limit),
    run: id => runs.get(id),
    async decide(runId, decision, by) {
      const run = await runs.get(runId)
      if (run === undefined) return undefined
      if (!run.plan.steps.some(step => step.verdict.kind === 'hold')) {
        return { problem: `Run ${runId} holds no step, so there is nothing to decide.` }
      }
      await runs.decide(run, decision, by)
      if (decision === 'rejected') return run
      const next = fresh('approval', { mode: 'apply', scope: 'full', actor: by.actor }, 'queued')
      await runs.save(next)
      wake.abort()
      return next
    },
    latest,
    findings: async () => (await latest())?.findings ?? [],
    status: () => ({ leader: lead.leads, lastAttemptAt, lastSuccessAt, pendingKeys, failure }),
  }
}

/** Whether some step of this key was tried and did not come right, or could not be judged. */
function isOpen(key: ChangedKey, run: Run): boolean {
  if (run.problems.length > 0) return true
  return run.plan.steps.some(({ id, action, verdict }) => {
    if (verdict.kind !== 'proceed' || run.mode === 'plan' || run.results[id]?.kind === 'applied') return false
    return !('emailKey' in action) || key.kind === 'group' || action.emailKey === key.key
  })
}
