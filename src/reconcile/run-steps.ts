/** The steps of runs in the database, and what became of them: a piece at a time, since a first pass has very many. */
import { sql } from 'kysely'
import { breathe } from '../lib/turns.ts'
import { statement } from '../store/statement.ts'
import type { Reader, Store } from '../store/store.ts'
import type { Run } from './run.ts'
import type { Step, StepResult } from './step.ts'

/** Rows in one statement, and in one write: others want to write, too. */
const CHUNK = 400

const setResult = statement(
  (db: Reader, { runId, position, result }: { runId: string; position: number; result: string }) =>
    db.updateTable('runSteps').set({ result }).where('runId', '=', runId).where('position', '=', position),
)

/** Whatever steps the run had are replaced. */
export async function writeSteps(store: Store, runId: string, steps: readonly Step[]): Promise<void> {
  await forgetSteps(store, [runId])
  for (let start = 0; start < steps.length; start += CHUNK) {
    const rows = steps.slice(start, start + CHUNK).map((step, index) => ({
      runId,
      position: start + index,
      stepId: step.id,
      step: JSON.stringify(step),
      result: null,
    }))
    await store.write(async tx => {
      await tx.insertInto('runSteps').values(rows).execute()
    })
    await breathe()
  }
}

/** `positions`: where the steps stand in the plan, by id. */
export async function writeResults(
  store: Store,
  runId: string,
  results: readonly (readonly [stepId: string, result: StepResult])[],
  positions: ReadonlyMap<string, number>,
): Promise<void> {
  for (let start = 0; start < results.length; start += CHUNK) {
    const some = results.slice(start, start + CHUNK).flatMap(([id, result]) => {
      const position = positions.get(id)
      return position === undefined ? [] : [{ position, result: JSON.stringify(result) }]
    })
    await store.write(async tx => {
      for (const each of some) await setResult(tx, { runId, ...each })
    })
    await breathe()
  }
}

export async function forgetSteps(store: Store, runIds: readonly string[]): Promise<void> {
  const there = await store.db
    .selectFrom('runSteps')
    .select('runId')
    .where('runId', 'in', runIds)
    .limit(1)
    .execute()
  if (there.length === 0) return
  await store.write(async tx => {
    await tx.deleteFrom('runSteps').where('runId', 'in', runIds).execute()
  })
}

export async function readSteps(
  db: Reader,
  runId: string,
): Promise<{ readonly steps: readonly Step[]; readonly results: Run['results'] }> {
  const steps: Step[] = []
  const results: Record<string, StepResult> = {}
  for (;;) {
    const rows = await db
      .selectFrom('runSteps')
      .select(['stepId', 'step', 'result'])
      .where('runId', '=', runId)
      .where('position', '>=', steps.length)
      .orderBy('position')
      .limit(sql.lit(CHUNK))
      .execute()
    for (const { stepId, step, result } of rows) {
      steps.push(JSON.parse(step) as Step) // our own text, written above
      if (result !== null) results[stepId] = JSON.parse(result) as StepResult
    }
    if (rows.length < CHUNK) return { steps, results }
    await breathe()
  }
}
