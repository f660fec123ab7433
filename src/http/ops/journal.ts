/** Reading the journal, a page at a time, and proving that nobody has changed it. */
import { z } from 'zod'
import { journalProblems } from '../../store/journal-proof.ts'
import { errorSchema } from './error-answer.ts'
import { instantQuery } from './instant-query.ts'
import type { OperationsParts } from './parts.ts'
import type { Routes } from './routes.ts'
import { storableText } from './storable-text.ts'

const tags = ['journal']

const lineSchema = z
  .object({
    seq: z.number(),
    at: z.string(),
    kind: z.string(),
    runId: z.string().optional(),
    requestId: z.string().optional(),
    actor: z.string(),
    data: z.record(z.string(), z.unknown()),
    hash: z.string().describe('Over this line as it is stored and the hash of the line before it.'),
  })
  .meta({ id: 'JournalLine' })

export const journalSchema = z.object({
  entries: z.array(lineSchema).readonly(),
  next: z.number().optional().describe('Pass it as `before` for the next, older page; absent on the last.'),
})

export type JournalPage = z.output<typeof journalSchema>

const linkSchema = z.object({ seq: z.number(), hash: z.string() })

export const journalVerdictSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('ok'),
    lines: z.number(),
    hash: z.string().describe('Of the newest line. Written down elsewhere it is an anchor for later.'),
  }),
  z.object({
    kind: z.literal('broken'),
    seq: z.number().describe('The first line that is not as it was written.'),
    problem: z
      .enum(journalProblems)
      .describe(
        '`edited`: it does not agree with its hash, or does not follow from the line before it. `missing`: it is gone, and later lines are there. `cut-off`: it and all behind it are gone. `head-differs`: it is not the line that was recorded, or written down elsewhere.',
      ),
    lastGood: linkSchema.optional().describe('The newest line before it that is as it was written.'),
  }),
])

/** What both a page and an export can be narrowed to. */
export const filterQuery = {
  runId: storableText().min(1).optional(),
  requestId: storableText().min(1).optional(),
  kind: storableText().min(1).optional(),
  from: instantQuery().optional().describe('Only lines written at or after this instant.'),
  to: instantQuery().optional().describe('Only lines written before this instant.'),
}

const querystring = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  before: z.coerce.number().int().min(1).optional().describe('Only lines with a smaller seq.'),
  ...filterQuery,
  person: storableText()
    .min(1)
    .max(500)
    .optional()
    .describe('Only lines that name this person: an address, a user name, or `person-…`.'),
})

const anchorText = z
  .string()
  .regex(/^\d{1,15}:[0-9a-f]{64}$/, 'must be <seq>:<hash>, as "journal verify" tells them')
  .transform(text => ({ seq: Number(text.split(':')[0]), hash: text.split(':')[1] ?? '' }))

type JournalParts = Pick<OperationsParts, 'readJournal' | 'verifyJournal'>

export function registerJournal(routes: Routes, { readJournal, verifyJournal }: JournalParts): void {
  routes.get(
    '/journal',
    {
      schema: {
        tags,
        operationId: 'readJournal',
        summary: 'Requests, decisions and calls, newest first',
        querystring,
        response: { 200: journalSchema, 400: errorSchema, 401: errorSchema },
      },
    },
    async request => {
      const { limit, ...asked } = request.query
      // One more than asked for tells whether there is a next page.
      const lines = await readJournal({ limit: limit + 1, ...given(asked) })
      const entries = lines.slice(0, limit)
      return lines.length > limit ? { entries, next: entries.at(-1)?.seq } : { entries }
    },
  )
  routes.get(
    '/journal/verify',
    {
      schema: {
        tags,
        operationId: 'verifyJournal',
        summary: 'Follow the hash chain from its beginning to its recorded end',
        description:
          'Finds every line that was changed, removed or slipped in, and an end that was cut off. Who can write the database could forge a whole new chain: an `anchor`, a line that was written down elsewhere (the log has one of each full run), shows that too.',
        querystring: z.strictObject({
          anchor: z
            .union([anchorText, z.array(anchorText).max(100)])
            .optional()
            .describe('`<seq>:<hash>` of a line that must be there; may be repeated.'),
        }),
        response: { 200: journalVerdictSchema, 400: errorSchema, 401: errorSchema },
      },
    },
    request => verifyJournal([request.query.anchor ?? []].flat()),
  )
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> }

/** Without what is not there: a query says nothing of it. */
export function given<T extends object>(values: T): Partial<Given<T>> {
  const there = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(there) as Partial<Given<T>> // the same members, but for the undefined ones
}
