/** Dynatrace groups × environments, as JSON or CSV, sent row by row. */
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { unknownOf } from '../../access/evaluate/unknown.ts'
import { csvHead, csvRow, csvUnknownRow } from '../../access/matrix/csv.ts'
import { type MatrixRow, matrixPlaces, matrixRow } from '../../access/matrix/matrix.ts'
import { breathe, inTurns } from '../../lib/turns.ts'
import type { AccessView } from '../../reconcile/access-view.ts'
import { evaluationOf, evaluationSchema, placeOf, placeSchema } from './access-answer.ts'
import { errorSchema } from './error-answer.ts'
import type { OperationsParts } from './parts.ts'
import type { Routes } from './routes.ts'

const cellSchema = z.object({
  in: placeSchema,
  policies: z
    .array(
      z.object({
        policy: z.string(),
        parameters: z.record(z.string(), z.string()),
        boundaries: z.array(z.string()).readonly(),
        inherited: z.boolean().describe('Bound in the account, and so in this environment.'),
      }),
    )
    .readonly(),
  roles: z.array(z.object({ role: z.string(), zone: z.string().optional() })).readonly(),
})

export const accessMatrixSchema = z
  .object({
    evaluation: evaluationSchema,
    places: z.array(placeSchema).readonly().describe('The account first, then the environments of the file.'),
    groups: z
      .array(
        z.object({
          group: z.string(),
          idpGroups: z.array(z.string()).readonly(),
          rules: z.array(z.string()).readonly(),
          members: z.number().describe('Active people.'),
          cells: z.array(cellSchema).readonly().describe('One for each place, in their order.'),
        }),
      )
      .readonly()
      .describe('By name.'),
  })
  .meta({ id: 'AccessMatrix', description: 'What each Dynatrace group has in each place, by the rules.' })

const description =
  `Policies of the account count in every environment and are marked as inherited there; roles of the account concern
the account alone. As CSV (RFC 4180, UTF-8, lines end in CR LF) inherited policies end in "[account]", and a field that
begins with =, +, -, @ or a tab gets a leading apostrophe, as spreadsheets would take it for a formula.`.replaceAll(
    '\n',
    ' ',
  )

export function registerAccessMatrix(
  routes: Routes,
  { viewAccess }: Pick<OperationsParts, 'viewAccess'>,
): void {
  routes.get(
    '/access/matrix',
    {
      schema: {
        tags: ['access'],
        operationId: 'accessMatrix',
        summary: 'What each Dynatrace group has in the account and in each environment',
        description,
        querystring: z.strictObject({ format: z.enum(['json', 'csv']).default('json') }),
        response: {
          200: {
            description: 'Row by row.',
            content: {
              'application/json': { schema: accessMatrixSchema },
              'text/csv': { schema: z.string() },
            },
          },
          400: errorSchema,
          401: errorSchema,
        },
      },
    },
    async (request, reply) => {
      const view = await viewAccess({ kind: 'full' })
      if (request.query.format === 'csv') {
        const file = `access-matrix-${view.at.slice(0, 10)}.csv`
        reply.header('content-disposition', `attachment; filename="${file}"`)
        return sendPieces(reply, 'text/csv; charset=utf-8; header=present', csvOf(view))
      }
      const { groups, withheld } = view.desired
      const unknown = await inTurns(unknownOf(groups, view.texts, withheld))
      return sendPieces(reply, 'application/json; charset=utf-8', jsonOf(view, unknown))
    },
  )
}

/** What is streamed is not checked against the schema, which only describes it. */
const sendPieces = (reply: FastifyReply, type: string, texts: Iterable<string>): FastifyReply =>
  reply.type(type).send(Readable.from(inPieces(texts)))

function* csvOf(view: AccessView): Generator<string> {
  yield csvHead(matrixPlaces(view.model))
  for (const row of rowsOf(view)) yield csvRow(row)
  for (const name of view.desired.withheld) yield csvUnknownRow(name, view.model.environments.length + 1)
}

function* jsonOf(view: AccessView, unknown: readonly string[]): Generator<string> {
  const head = { evaluation: evaluationOf(view, unknown), places: matrixPlaces(view.model).map(placeOf) }
  yield `${JSON.stringify(head).slice(0, -1)},"groups":[`
  let between = ''
  for (const row of rowsOf(view)) {
    yield `${between}${JSON.stringify(toRow(row))}`
    between = ','
  }
  yield ']}'
}

function* rowsOf({ desired, model, snapshot }: AccessView): Generator<MatrixRow> {
  const places = matrixPlaces(model)
  for (const group of desired.groups) yield matrixRow(group, places, snapshot)
}

const toRow = ({ cells, ...row }: MatrixRow): z.output<typeof accessMatrixSchema>['groups'][number] => ({
  ...row,
  cells: cells.map(({ place, ...cell }) => ({ in: placeOf(place), ...cell })),
})

const PIECE = 65_536

/** Larger pieces than single rows, and the event loop in between. */
async function* inPieces(texts: Iterable<string>): AsyncGenerator<string> {
  let piece = ''
  for (const text of texts) {
    piece += text
    if (piece.length >= PIECE) {
      yield piece
      piece = ''
    }
    await breathe()
  }
  if (piece !== '') yield piece
}
