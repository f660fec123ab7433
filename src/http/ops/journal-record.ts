/** The journal as a file that proves itself, and the deletion of a person's names from it. */
import { Readable } from 'node:stream'
import { z } from 'zod'
import { errorSchema } from './error-answer.ts'
import { filterQuery, given } from './journal.ts'
import { OperationsError } from './operations-error.ts'
import type { OperationsParts } from './parts.ts'
import type { Routes } from './routes.ts'
import { personName } from './runs.ts'
import { storableText } from './storable-text.ts'

const tags = ['journal']

export const pseudonymisedSchema = z.object({
  label: z.string().describe('What the person reads as from now on.'),
  spellings: z.number().describe('How many names and spellings were deleted.'),
  plainLines: z
    .number()
    .describe(
      'Lines of earlier releases that hold a name in plain text; they cannot be changed without breaking the chain.',
    ),
  stillProvisioned: z
    .boolean()
    .describe('The identity provider still has the person. They stay unnamed in the record all the same.'),
})

type RecordParts = Pick<OperationsParts, 'exportJournal' | 'pseudonymise'>

export function registerJournalRecord(routes: Routes, { exportJournal, pseudonymise }: RecordParts): void {
  routes.get(
    '/journal/export',
    {
      schema: {
        tags,
        operationId: 'exportJournal',
        summary: 'The journal as JSON Lines, oldest first',
        description:
          'Each line is as it is stored, so that its hash can be worked out again; `names` tells what the tokens of people in it read as. The last line tells the newest line of the journal. "scim-bridge journal verify --file" proves the file without the bridge.',
        querystring: z.strictObject(filterQuery),
        produces: ['application/x-ndjson'],
        response: { 200: z.any().describe('application/x-ndjson'), 400: errorSchema, 401: errorSchema },
      },
    },
    (request, reply) =>
      reply
        .serializer(value => value as unknown as string)
        .header('content-type', 'application/x-ndjson; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('content-disposition', 'attachment; filename="journal.jsonl"')
        .send(Readable.from(exportJournal(given(request.query)), { objectMode: false })),
  )
  routes.post(
    '/journal/pseudonymise',
    {
      schema: {
        tags,
        operationId: 'pseudonymise',
        summary: 'Delete the names of a person from journal and history',
        description:
          'User name and addresses, former ones too, in all spellings. The lines stay, and so does their chain: in each place there is `person-…` from now on. It cannot be undone.',
        body: z.strictObject({
          person: storableText().trim().min(1).max(500).describe('User name or address.'),
          by: personName.describe('Who asks for it.'),
          reason: storableText().trim().min(1, 'must say why').max(2000),
        }),
        response: { 200: pseudonymisedSchema, 400: errorSchema, 401: errorSchema, 404: errorSchema },
      },
    },
    async request => {
      const { label, ...done } = await pseudonymise(request.body)
      if (label !== undefined) return { label, ...done }
      const plain =
        done.plainLines === 0
          ? ''
          : ` ${done.plainLines} lines of earlier releases hold it in plain text; they cannot be changed without breaking the chain.`
      throw new OperationsError(
        404,
        'person-unknown',
        `The record has no name like "${request.body.person}" that could be deleted.${plain}`,
      )
    },
  )
}
