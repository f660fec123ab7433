/** What people ask of the loop: a run, or the steps of a run that waits for their word. */
import type { AccessModel } from '../access/model.ts'
import type { Clock } from '../lib/clock.ts'
import { needsSecond } from './decisions/second-person.ts'
import type { Decider, Reconciler } from './reconciler.ts'
import { newRun, type Run } from './run.ts'
import type { RunStore } from './run-store.ts'
import type { Step } from './step.ts'

/** `wake`: has the loop look at what was queued. */
export function requests({
  runs,
  clock,
  wake,
  model,
  latest,
}: {
  readonly runs: RunStore
  readonly clock: Clock
  readonly wake: () => void
  /** The one in force. */
  readonly model: () => AccessModel
  readonly latest: () => Promise<Run | undefined>
}): Pick<Reconciler, 'request' | 'decide' | 'approvals'> {
  const apply = async (actor: string): Promise<Run> => {
    const asked = { trigger: 'approval', mode: 'apply', scope: 'full', actor, status: 'queued' } as const
    const next = newRun(asked, clock.now())
    await runs.save(next)
    wake()
    return next
  }
  return {
    async request(mode, actor) {
      const asked = { trigger: 'request', mode, scope: 'full', actor, status: 'queued' } as const
      const run = newRun(asked, clock.now())
      await runs.save(run, [{ kind: 'run.requested', runId: run.id, actor, data: { mode } }])
      wake()
      return run
    },
    async decide(runId, decision, by) {
      const run = await runs.get(runId)
      if (run === undefined) return undefined
      const steps = chosen(run, by)
      if ('problem' in steps) return steps
      const { actor, reason } = by
      const waiting = await runs.decide(run, steps.held, { decision, actor, reason }, model().approvals)
      if (decision === 'rejected' || waiting.length === steps.held.length) return run
      return apply(actor)
    },
    async approvals() {
      const run = await latest()
      if (run === undefined) return []
      const first = await runs.firstWords()
      return run.plan.steps.flatMap(step =>
        step.verdict.kind === 'hold'
          ? {
              ...{ runId: run.id, step, first: first.get(step.id) },
              needsSecond: needsSecond(step, model().approvals),
            }
          : [],
      )
    },
  }
}

function chosen(
  run: Run,
  { steps, planHash }: Decider,
): { readonly held: readonly Step[] } | { readonly problem: string } {
  if (planHash !== undefined && planHash !== run.plan.hash) {
    return {
      problem: `The plan of run ${run.id} has the hash ${run.plan.hash}, and not ${planHash}: read it again before you decide.`,
    }
  }
  const held = run.plan.steps.filter(({ verdict }) => verdict.kind === 'hold')
  if (held.length === 0) return { problem: `Run ${run.id} holds no step, so there is nothing to decide.` }
  if (steps === undefined) return { held }
  const ids = new Set(held.map(({ id }) => id))
  const unknown = steps.filter(id => !ids.has(id))
  if (unknown.length > 0) return { problem: `Run ${run.id} holds no step ${unknown.join(', ')}.` }
  return { held: held.filter(({ id }) => steps.includes(id)) }
}
