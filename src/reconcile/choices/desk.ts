/** What a person may choose about one difference that stands. */
import type { Clock } from '../../lib/clock.ts'
import type { Store } from '../../store/store.ts'
import type { Reconciler } from '../reconciler.ts'
import type { Run } from '../run.ts'
import { choose, unchoose } from './choice-store.ts'
import type { SetAside } from './set-aside.ts'

export interface ChoiceAsked {
  readonly choice: 'repair' | 'ignore' | 'leave'
  readonly by: string
  readonly reason: string
  /** ISO 8601; `ignore` needs one, a year ahead at most. */
  readonly until?: string | undefined
}

export type Chosen =
  | { readonly kind: 'set-aside'; readonly aside: SetAside }
  /** A run that repairs it. */
  | { readonly kind: 'repair'; readonly run: Run }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'problem'; readonly message: string }

export interface ChoiceDesk {
  /** `step`: id of the step that would end the difference. */
  choose(step: string, asked: ChoiceAsked): Promise<Chosen>
}

const YEAR_MS = 366 * 86_400_000

export function choiceDesk({
  reconciler,
  store,
  clock,
}: {
  readonly reconciler: Pick<Reconciler, 'latest' | 'decide' | 'request'>
  readonly store: Store
  readonly clock: Clock
}): ChoiceDesk {
  return {
    async choose(id, asked) {
      const run = await reconciler.latest()
      const step = run?.plan.steps.find(each => each.id === id && run.results[id]?.kind !== 'applied')
      const aside = run?.aside?.find(each => each.step === id)
      if (run === undefined || (step === undefined && aside === undefined)) return { kind: 'unknown' }
      const { choice, by: actor, reason, until } = asked
      if (choice === 'repair') return repair(run.id, id, { actor, reason })
      const problem = choice === 'ignore' ? problemOf(until, clock.now()) : undefined
      if (problem !== undefined) return { kind: 'problem', message: problem }
      const title = step?.title ?? aside?.title ?? id
      const end = choice === 'ignore' ? until : undefined
      const at = clock.now().toISOString()
      await choose({ stepId: id, choice, title, actor, reason, at, until: end }, store)
      const drift = step?.drift ?? aside?.drift
      return { kind: 'set-aside', aside: { step: id, title, choice, by: actor, reason, until: end, drift } }
    },
  }

  async function repair(
    runId: string,
    id: string,
    by: { readonly actor: string; readonly reason: string },
  ): Promise<Chosen> {
    if (await unchoose(id, by, { store, clock }))
      return { kind: 'repair', run: await reconciler.request('apply', by.actor) }
    const decided = await reconciler.decide(runId, 'approved', { ...by, steps: [id] })
    if (decided === undefined) return { kind: 'unknown' }
    if ('problem' in decided) {
      // It is not held: the next pass repairs it as far as it may.
      return { kind: 'repair', run: await reconciler.request('apply', by.actor) }
    }
    return { kind: 'repair', run: decided }
  }
}

function problemOf(until: string | undefined, now: Date): string | undefined {
  if (until === undefined) return 'What is ignored needs an end: say until when, a year ahead at most.'
  const ahead = Date.parse(until) - now.getTime()
  if (ahead <= 0) return `${until} is over already: name an instant that is to come.`
  return ahead > YEAR_MS ? `${until} is more than a year ahead: look at it again before then.` : undefined
}
