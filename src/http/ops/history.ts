/** Who had what at an instant of the past, and who gained and lost what between two. */
import { Readable } from 'node:stream'
import { z } from 'zod'
import { breathe } from '../../lib/turns.ts'
import type { Change } from '../../reconcile/holdings/changes.ts'
import type { Held } from '../../reconcile/holdings/held-at.ts'
import { errorSchema } from './error-answer.ts'
import { asOfHead, asOfRow, changesHead, changesRow } from './history-csv.ts'
import { asOfSchema, changesSchema } from './history-schema.ts'
import { instantQuery } from './instant-query.ts'
import { OperationsError } from './operations-error.ts'
import type { OperationsParts } from './parts.ts'
import type { Routes } from './routes.ts'
import { storableText } from './storable-text.ts'

const tags = ['history']

const filter = {
  person: storableText().min(1).max(500).optional().describe('User name, address, or `person-…`.'),
  group: storableText().min(1).max(500).optional().describe('A Dynatrace group: name, or id.'),
  environment: storableText()
    .min(1)
    .max(500)
    .optional()
    .describe('Name or id: what counts there, policies of the account included, and who had it.'),
  format: z.enum(['json', 'csv']).default('json'),
}

const covers =
  'It covers the groups that the bridge manages, hand edits included: these count from the first full pass that saw them. Group and environment names are those of the time.'

const answers = (json: z.ZodType) => ({
  200: {
    description: 'Sent piece by piece.',
    content: { 'application/json': { schema: json }, 'text/csv': { schema: z.string() } },
  },
  400: errorSchema,
  401: errorSchema,
})

type HistoryParts = Pick<OperationsParts, 'history' | 'clock'>

export function registerHistory(routes: Routes, { history, clock }: HistoryParts): void {
  /** @throws OperationsError for what is not known yet, or no more. */
  const knownSince = async (at: string): Promise<string> => {
    if (at > clock.now().toISOString()) {
      throw new OperationsError(
        400,
        'in-the-future',
        `${at} has not come yet. Ask for an instant of the past.`,
      )
    }
    const since = await history.knownSince()
    if (since !== undefined && at >= since) return since
    throw new OperationsError(
      400,
      'not-known',
      since === undefined
        ? 'Nothing is known yet: no full pass has read the whole account so far. POST /api/v1/reconcile asks for one.'
        : `Nothing is known before ${since}, when the first full pass read the account. Ask for that instant or a later one.`,
    )
  }
  routes.get(
    '/history/as-of',
    {
      schema: {
        tags,
        operationId: 'asOf',
        summary: 'Who had what at an instant of the past',
        description: covers,
        querystring: z.strictObject({
          at: instantQuery().describe('A day counts from its beginning, in UTC.'),
          ...filter,
        }),
        response: answers(asOfSchema),
      },
    },
    async (request, reply) => {
      const { at, format, ...asked } = request.query
      const since = await knownSince(at)
      const held = history.heldAt(at, asked)
      if (format === 'json')
        return reply.type(JSON_TYPE).send(Readable.from(asOfJson({ at, knownSince: since }, held)))
      reply.header('content-disposition', `attachment; filename="as-of-${at.slice(0, 10)}.csv"`)
      return reply.type(CSV_TYPE).send(Readable.from(asOfCsv(held)))
    },
  )
  routes.get(
    '/history/changes',
    {
      schema: {
        tags,
        operationId: 'historyChanges',
        summary: 'Who gained and who lost what between two instants, by which run and why',
        description: `Net: what came and went in between is not told. ${covers}`,
        querystring: z.strictObject({ from: instantQuery(), to: instantQuery(), ...filter }),
        response: answers(changesSchema),
      },
    },
    async (request, reply) => {
      const { from, to, format, ...asked } = request.query
      if (from > to)
        throw new OperationsError(400, 'bad-span', `${from} is after ${to}. Give the earlier one as "from".`)
      const since = await knownSince(from)
      await knownSince(to)
      const changes = await history.changes({ from, to }, asked)
      if (format === 'json') {
        const head = { from, to, knownSince: since }
        return reply.type(JSON_TYPE).send(Readable.from(arrayJson(head, 'changes', inChunks(changes))))
      }
      reply.header('content-disposition', `attachment; filename="changes-${to.slice(0, 10)}.csv"`)
      return reply.type(CSV_TYPE).send(Readable.from(changesCsv(changes)))
    },
  )
}

const JSON_TYPE = 'application/json; charset=utf-8'
const CSV_TYPE = 'text/csv; charset=utf-8; header=present'

const asOfJson = (
  head: { readonly at: string; readonly knownSince: string },
  held: AsyncIterable<readonly Held[]>,
): AsyncGenerator<string> => arrayJson(head, 'holdings', held)

/** What is streamed is not checked against the schema, which only describes it. */
async function* arrayJson(
  head: object,
  name: string,
  chunks: AsyncIterable<readonly object[]>,
): AsyncGenerator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},${JSON.stringify(name)}:[`
  let between = ''
  for await (const chunk of chunks) {
    if (chunk.length === 0) continue
    yield `${between}${chunk.map(each => JSON.stringify(each)).join(',')}`
    between = ','
  }
  yield ']}'
}

async function* asOfCsv(held: AsyncIterable<readonly Held[]>): AsyncGenerator<string> {
  yield asOfHead()
  for await (const chunk of held) if (chunk.length > 0) yield chunk.map(asOfRow).join('')
}

async function* changesCsv(changes: readonly Change[]): AsyncGenerator<string> {
  yield changesHead()
  for await (const chunk of inChunks(changes)) yield chunk.map(changesRow).join('')
}

async function* inChunks<T>(all: readonly T[]): AsyncGenerator<readonly T[]> {
  for (let at = 0; at < all.length; at += 200) {
    yield all.slice(at, at + 200)
    await breathe()
  }
}
