/** Begins and ends holdings in the database. */
import { sql } from 'kysely'
import { type Disguised, nameKey } from '../../store/disguise.ts'
import { keepNames } from '../../store/pseudonyms.ts'
import { statement } from '../../store/statement.ts'
import type { Reader, Writer } from '../../store/store.ts'
import { valuesOf } from '../../store/values-of.ts'
import type { Holding } from './holding.ts'

/** Which run, when, and by which step; null when no step of ours did it. */
export interface Mark {
  readonly at: string
  readonly runId: string
}

export interface Begin {
  readonly holding: Holding
  readonly step: string | null
}

export interface End {
  readonly holding: Pick<Holding, 'kind' | 'groupId' | 'subject'>
  readonly step: string | null
}

/** Ends first: what changes ends and begins at one instant. What lasts already goes on as it is. */
export async function writeHoldings(
  tx: Writer,
  changes: { readonly begins: readonly Begin[]; readonly ends: readonly End[] },
  { at, runId }: Mark,
): Promise<void> {
  const { begins, ends } = changes
  if (ends.length > 0) {
    const rows = ends.map(({ holding: { groupId, kind, subject }, step }) => [groupId, kind, subject, step])
    await end(tx, { rows: JSON.stringify(rows), at, runId })
  }
  if (begins.length === 0) return
  await keepNames(tx, begins.flatMap(personOf))
  const rows = begins.map(({ holding: { kind, groupId, subject, detail }, step }) => [
    kind,
    groupId,
    subject,
    JSON.stringify(detail()),
    at,
    runId,
    step,
  ])
  await begin(tx, { rows: JSON.stringify(rows) })
}

const personOf = ({ holding: { subject, person } }: Begin): readonly Disguised[] =>
  person === undefined ? [] : [{ token: subject, text: person, textKey: nameKey(person) }]

/** Ends all that a person has, or all that is of a group; answers in which groups. */
export async function endAll(
  tx: Writer,
  of: { readonly subject: string } | { readonly groupId: string },
  { at, runId, step }: Mark & { readonly step: string | null },
): Promise<readonly string[]> {
  const ended = await tx
    .updateTable('holdings')
    .set({ until: at, untilRun: runId, untilStep: step })
    .where('until', 'is', null)
    .where('subject' in of ? 'subject' : 'groupId', '=', 'subject' in of ? of.subject : of.groupId)
    .returning('groupId')
    .execute()
  return [...new Set(ended.map(({ groupId }) => groupId))]
}

/** Have the next full pass look at these groups. */
export async function doubtDigests(tx: Writer, groupIds: readonly string[]): Promise<void> {
  if (groupIds.length > 0) await doubt(tx, { groupIds: JSON.stringify(groupIds.map(id => [id])) })
}

const begin = statement(
  (db: Reader, { rows }: { rows: string }) =>
    sql`insert into holdings (kind, group_id, subject, detail, since, since_run, since_step)
      ${valuesOf(db, rows, ['text', 'text', 'text', 'text', 'text', 'text', 'text'])} on conflict do nothing`,
)

const end = statement(
  (db: Reader, { rows, at, runId }: { rows: string; at: string; runId: string }) =>
    sql`with ended (group_id, kind, subject, step) as (${valuesOf(db, rows, ['text', 'text', 'text', 'text'])})
      update holdings set until = ${at}, until_run = ${runId}, until_step = ended.step from ended
      where holdings.until is null and holdings.group_id = ended.group_id
        and holdings.kind = ended.kind and holdings.subject = ended.subject`,
)

const doubt = statement(
  (db: Reader, { groupIds }: { groupIds: string }) =>
    sql`insert into held_groups (group_id) ${valuesOf(db, groupIds, ['text'])}
      on conflict (group_id) do update set digest = null`,
)
