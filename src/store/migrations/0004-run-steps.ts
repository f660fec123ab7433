/** The steps of a run in rows of their own, so that no run is one huge text: neither to write nor to list. */
import { type SchemaModule, sql } from 'kysely'
import type { Store, Writer } from '../store.ts'

/** What a run of earlier releases is in one text. */
interface StoredRun {
  readonly plan?: { readonly hash?: string; readonly steps?: readonly StoredStep[] }
  readonly results?: Readonly<Record<string, { readonly kind: string }>>
}

interface StoredStep {
  readonly id: string
  readonly action: { readonly kind: string }
  readonly verdict: { readonly kind: string }
}

export async function up(schema: SchemaModule, dialect: Store['dialect'], tx: Writer): Promise<void> {
  const postgres = dialect === 'postgres'
  const text = postgres ? sql`text collate "C"` : sql`text`
  const strict = postgres ? sql`` : sql`strict, without rowid`
  await schema
    .createTable('runSteps')
    .addColumn('runId', text, column => column.notNull())
    .addColumn('position', 'integer', column => column.notNull())
    .addColumn('stepId', text, column => column.notNull())
    .addColumn('step', text, column => column.notNull())
    .addColumn('result', text)
    .addPrimaryKeyConstraint('runStepsInOrder', ['runId', 'position'])
    .modifyEnd(strict)
    .execute()
  for (let after = ''; ; ) {
    const { rows } = await sql<{ id: string; data: string }>`
      select id, data from runs where id > ${after} order by id limit 1`.execute(tx)
    const [row] = rows
    if (row === undefined) return
    await divide(row, tx)
    after = row.id
  }
}

async function divide(
  { id, data }: { readonly id: string; readonly data: string },
  tx: Writer,
): Promise<void> {
  const { plan, results, ...head } = JSON.parse(data) as StoredRun // written by an earlier release
  const steps = plan?.steps ?? []
  for (const [position, step] of steps.entries()) {
    const result = results?.[step.id]
    await sql`insert into run_steps (run_id, position, step_id, step, result)
      values (${id}, ${position}, ${step.id}, ${JSON.stringify(step)}, ${result === undefined ? null : JSON.stringify(result)})`.execute(
      tx,
    )
  }
  const stored = JSON.stringify({ ...head, planHash: plan?.hash ?? '', tally: tallyOf(steps, results ?? {}) })
  await sql`update runs set data = ${stored} where id = ${id}`.execute(tx)
}

/** As of this version; what counts as what may change later. */
function tallyOf(steps: readonly StoredStep[], results: NonNullable<StoredRun['results']>): object {
  const count = (fits: (step: StoredStep) => boolean) => steps.filter(fits).length
  const proceeding = (prefix: RegExp) =>
    count(({ action, verdict }) => verdict.kind === 'proceed' && prefix.test(action.kind))
  const resulting = (kind: string) => count(({ id }) => results[id]?.kind === kind)
  return {
    add: proceeding(/^(create|invite|add)-/),
    change: proceeding(/^(update|change)-/),
    remove: proceeding(/^(delete|remove)-/),
    held: count(({ verdict }) => verdict.kind === 'hold'),
    refused: count(({ verdict }) => verdict.kind === 'refuse'),
    applied: resulting('applied'),
    skipped: resulting('skipped'),
    failed: resulting('failed'),
  }
}
