/** Reading the journal, a page at a time, and proving that nobody has changed it. */
import { z } from 'zod'
import { errorSchema } from './error-answer.ts'
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
    hash: z.string().describe('Over this line and the hash of the line before it.'),
  })
  .meta({ id: 'JournalLine' })

export const journalSchema = z.object({
  entries: z.array(lineSchema).readonly(),
  next: z.number().optional().describe('Pass it as `before` for the next, older page; absent on the last.'),
})

export type JournalPage = z.output<typeof journalSchema>

export const journalVerdictSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ok'), lines: z.number(), hash: z.string() }),
  z.object({
    kind: z.literal('broken'),
    seq: z.number().describe('The first line that does not follow from the one before it.'),
  }),
])

const querystring = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  before: z.coerce.number().int().min(1).optional().describe('Only lines with a smaller seq.'),
  runId: storableText().min(1).optional(),
  requestId: storableText().min(1).optional(),
  kind: storableText().min(1).optional(),
})

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
      const { limit, before, runId, requestId, kind } = request.query
      // One more than asked for tells whether there is a next page.
      const lines = await readJournal({
        limit: limit + 1,
        ...(before === undefined ? {} : { before }),
        ...(runId === undefined ? {} : { runId }),
        ...(requestId === undefined ? {} : { requestId }),
        ...(kind === undefined ? {} : { kind }),
      })
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
        summary: 'Follow the hash chain from its beginning',
        response: { 200: journalVerdictSchema, 401: errorSchema },
      },
    },
    () => verifyJournal(),
  )
}
