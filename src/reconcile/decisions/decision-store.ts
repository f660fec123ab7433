/** People's words on held steps in the database, and the journal entries that go with them. */
import type { AccessModel } from '../../access/model.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Store } from '../../store/store.ts'
import type { DecisionRow } from '../../store/tables.ts'
import { appendJournal } from '../../store/tail.ts'
import type { Decisions } from '../guard/facts.ts'
import type { Run } from '../run.ts'
import type { Step } from '../step.ts'
import { completes, needsSecond, standsBehind } from './second-person.ts'

export interface Word {
  readonly decision: 'approved' | 'rejected'
  readonly actor: string
  readonly reason: string
}

export interface DecisionStore {
  /**
   * A person's word on these held steps of a run: exactly these, as they are in its plan. Answers with those that still
   * wait for a second person.
   */
  decide(
    run: Run,
    steps: readonly Step[],
    word: Word,
    rules: AccessModel['approvals'],
  ): Promise<readonly Step[]>
  /** What people said that still counts. */
  decisions(): Promise<Decisions>
  /** First words that wait for a second, by step id. */
  firstWords(): Promise<ReadonlyMap<string, FirstWord>>
  /** Forgets the words on steps that were carried out: the same change another day is asked about anew. */
  used(stepIds: readonly string[]): Promise<void>
  /** Forgets words that are past their time, and says so in the journal. */
  expire(): Promise<void>
}

export interface FirstWord {
  readonly by: string
  readonly at: string
  readonly expiresAt: string
}

export function decisionStore(store: Store, clock: Clock): DecisionStore {
  const { db } = store
  const standing = () =>
    db.selectFrom('decisions').selectAll().where('expiresAt', '>', clock.now().toISOString()).execute()
  const firstWords = async () =>
    new Map(
      (await standing())
        .filter(isFirst)
        .map(({ stepId, actor, at, expiresAt }) => [stepId, { by: actor, at, expiresAt }]),
    )
  return {
    async decide(run, steps, { decision, actor, reason }, rules) {
      const first = await firstWords()
      const now = clock.now()
      const isEnough = (step: Step) =>
        decision === 'rejected' ||
        !needsSecond(step, rules) ||
        completes(actor, standsBehind(run, first.get(step.id)?.by))
      const waiting = steps.filter(step => !isEnough(step))
      const word = {
        ...{ runId: run.id, actor, reason, planHash: run.plan.hash },
        at: now.toISOString(),
        expiresAt: new Date(now.getTime() + rules.expireAfterMs).toISOString(),
      }
      await store.write(async tx => {
        for (const step of steps) {
          // The latest word counts, whichever run it was said about.
          await tx.deleteFrom('decisions').where('stepId', '=', step.id).execute()
          const said = waiting.includes(step) ? 'first' : decision
          await tx
            .insertInto('decisions')
            .values({ stepId: step.id, ...word, decision: said })
            .execute()
        }
        const told = steps.map(step => ({
          ...{ id: step.id, title: step.title },
          ...(waiting.includes(step) ? { waitsForSecond: true } : {}),
        }))
        const data = { decision, reason, plan: run.plan.hash, expiresAt: word.expiresAt, steps: told }
        appendJournal(tx, [{ kind: 'decision', runId: run.id, actor, data }], word.at)
      })
      return waiting
    },
    async decisions() {
      const rows = await standing()
      const said = (what: DecisionRow['decision']) => rows.filter(row => row.decision === what)
      return {
        approved: new Set(said('approved').map(row => row.stepId)),
        rejected: new Map(said('rejected').map(row => [row.stepId, `${row.actor}: ${row.reason}`])),
      }
    },
    firstWords,
    async used(stepIds) {
      const decided = await db.selectFrom('decisions').select('stepId').execute()
      const used = decided.map(row => row.stepId).filter(id => stepIds.includes(id))
      if (used.length === 0) return
      await store.write(async tx => {
        for (const id of used) await tx.deleteFrom('decisions').where('stepId', '=', id).execute()
      })
    },
    async expire() {
      const now = clock.now().toISOString()
      const expired = await db.selectFrom('decisions').selectAll().where('expiresAt', '<=', now).execute()
      if (expired.length === 0) return
      await store.write(async tx => {
        await tx.deleteFrom('decisions').where('expiresAt', '<=', now).execute()
        appendJournal(
          tx,
          expired.map(({ stepId, runId, actor, decision, at, expiresAt }) => ({
            ...{ kind: 'decision.expired', runId, actor: 'bridge' },
            data: { step: stepId, decision, by: actor, at, expiresAt },
          })),
          now,
        )
      })
    },
  }
}

const isFirst = ({ decision }: DecisionRow): boolean => decision === 'first'
