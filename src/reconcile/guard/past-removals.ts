/** What was taken away in the last 24 hours, by whichever passes; whom the IdP itself took out does not count. */
import type { Reader, Store } from '../../store/store.ts'
import { isRemoval, loserOf } from '../action.ts'
import { thingOf } from '../drift/thing.ts'
import type { Plan, StepAction, StepResult } from '../step.ts'

const DAY_MS = 86_400_000
/** Rows in one statement. */
const CHUNK = 400

export interface PastRemovals {
  /** Folded e-mails of people who lost something. */
  readonly people: ReadonlySet<string>
  /** Rights and groups that went. */
  readonly others: number
}

export async function pastRemovals(db: Reader, now: Date): Promise<PastRemovals> {
  const since = new Date(now.getTime() - DAY_MS).toISOString()
  const rows = await db
    .selectFrom('removals')
    .select(['subject', 'isPerson'])
    .where('at', '>=', since)
    .distinct()
    .execute()
  return {
    people: new Set(rows.filter(({ isPerson }) => isPerson === 1).map(({ subject }) => subject)),
    others: rows.filter(({ isPerson }) => isPerson === 0).length,
  }
}

/** Keeps what a pass took away, and forgets what is older than a day. `isFarewell`: the IdP itself took the person out. */
export async function keepRemovals(
  {
    runId,
    plan,
    results,
  }: {
    readonly runId: string
    readonly plan: Plan
    readonly results: ReadonlyMap<string, StepResult>
  },
  {
    store,
    now,
    isFarewell,
  }: {
    readonly store: Store
    readonly now: Date
    readonly isFarewell: (action: StepAction) => boolean
  },
): Promise<void> {
  const at = now.toISOString()
  const rows = plan.steps.flatMap(({ id, action }) => {
    if (results.get(id)?.kind !== 'applied' || !isRemoval(action) || isFarewell(action)) return []
    if (action.kind === 'delete-policy' || action.kind === 'delete-boundary') return []
    const loser = loserOf(action)
    const isPerson = loser === undefined ? (0 as const) : (1 as const)
    return [{ runId, stepId: id, at, subject: loser ?? thingOf(action), isPerson }]
  })
  if (rows.length === 0) return
  const old = new Date(now.getTime() - DAY_MS).toISOString()
  for (let start = 0; start < rows.length; start += CHUNK) {
    const some = rows.slice(start, start + CHUNK)
    await store.write(async tx => {
      await tx.deleteFrom('removals').where('at', '<', old).execute()
      await tx
        .insertInto('removals')
        .values(some)
        .onConflict(conflict => conflict.columns(['runId', 'stepId']).doNothing())
        .execute()
    })
  }
}
