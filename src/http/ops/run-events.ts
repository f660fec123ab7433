/**
 * What happens in a run, while it happens, as server-sent events: told from the journal, so that it comes from whichever
 * instance is asked, and goes on where a lost connection left off (`Last-Event-ID`).
 */
import { Readable } from 'node:stream'
import { z } from 'zod'
import type { RunHead } from '../../reconcile/run.ts'
import { errorSchema } from './error-answer.ts'
import type { OperationsParts } from './parts.ts'
import type { Routes } from './routes.ts'
import { noSuchRun, runsPath, summaryOf } from './runs.ts'
import { storableText } from './storable-text.ts'

/** How often the journal is looked at. */
const POLL_MS = 250
/** Something is sent at least this often, so that nobody between takes the silence for an end. */
const ALIVE_MS = 15_000
const LINES_AT_A_TIME = 500

/** As they stand in the journal; calls are left to it. */
const toldKinds = ['run.requested', 'run.planned', 'steps.begun', 'step.', 'run.finished']

type EventParts = Pick<OperationsParts, 'reconciler' | 'readJournal' | 'clock'>

export function registerRunEvents(routes: Routes, parts: EventParts): void {
  const closing = new AbortController()
  routes.addHook('preClose', done => {
    closing.abort()
    done()
  })
  routes.get(
    '/reconcile/runs/:id/events',
    {
      schema: {
        tags: ['reconcile'],
        operationId: 'followRun',
        summary: 'What happens in a run, live, as server-sent events',
        description:
          'Each event is a line of the journal: its `event` is the kind, its `id` the seq, its `data` the line as JSON. A last event `end` holds the run without its steps. With `Last-Event-ID` it goes on after that line.',
        params: z.object({ id: storableText() }),
        headers: z.object({ 'last-event-id': z.coerce.number().int().min(0).optional() }),
        produces: ['text/event-stream'],
        response: { 200: z.any().describe('text/event-stream'), 401: errorSchema, 404: errorSchema },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      if ((await parts.reconciler.runHead(id)) === undefined) throw noSuchRun(id)
      const after = request.headers['last-event-id'] ?? 0
      const stream = Readable.from(events(id, after, parts, closing.signal), { objectMode: false })
      request.raw.once('close', () => stream.destroy())
      return reply
        .serializer(value => value as unknown as string)
        .header('content-type', 'text/event-stream; charset=utf-8')
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .header('link', `<${runsPath}/${id}>; rel="self"`)
        .send(stream)
    },
  )
}

async function* events(
  id: string,
  from: number,
  { reconciler, readJournal, clock }: EventParts,
  closing: AbortSignal,
): AsyncGenerator<string> {
  let after = from
  let quietSince = clock.now().getTime()
  yield ': the events of a run; https://html.spec.whatwg.org/multipage/server-sent-events.html\n\n'
  while (!closing.aborted) {
    // Looked at before its lines, so that none comes after the end.
    const run = await reconciler.runHead(id)
    const lines = await readJournal({ runId: id, after, limit: LINES_AT_A_TIME, oldestFirst: true })
    for (const line of lines) {
      after = line.seq
      if (toldKinds.some(kind => line.kind.startsWith(kind))) yield eventText(line.kind, line, line.seq)
    }
    if (lines.length > 0) quietSince = clock.now().getTime()
    if (lines.length === LINES_AT_A_TIME) continue
    if (run === undefined || isOver(run)) {
      yield eventText('end', run === undefined ? {} : summaryOf(run), after)
      return
    }
    if (clock.now().getTime() - quietSince >= ALIVE_MS) {
      quietSince = clock.now().getTime()
      yield ': still under way\n\n'
    }
    await clock.sleep(POLL_MS, closing)
  }
}

const isOver = ({ status }: RunHead): boolean => status !== 'queued' && status !== 'running'

/** One line of data: JSON has no line breaks of its own. */
const eventText = (kind: string, data: object, id: number): string =>
  `id: ${id}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`
