/** `scim-bridge journal`, its proof, its export, and the deletion of a person's names from it. */
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { journalSchema, journalVerdictSchema } from '../../http/ops/journal.ts'
import { pseudonymisedSchema } from '../../http/ops/journal-record.ts'
import { messageOf } from '../../lib/errors.ts'
import { type FileVerdict, verifyExport } from '../../store/journal-file.ts'
import type { Anchor } from '../../store/journal-proof.ts'
import { CliError } from '../cli-error.ts'
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { journalText } from '../output/journal-text.ts'
import { jsonText } from '../output/json-text.ts'
import { pseudonymisedText, verdictText } from '../output/verdict-text.ts'

interface Filters {
  readonly run?: string | undefined
  readonly request?: string | undefined
  readonly kind?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export interface JournalOptions extends ConnectionOptions, Filters {
  readonly limit: number
  readonly before?: number | undefined
  readonly person?: string | undefined
}

export async function journal(options: JournalOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const query = queryOf(options, {
    limit: String(options.limit),
    before: options.before?.toString(),
    person: options.person,
  })
  const page = await client.get(`/api/v1/journal?${query}`, journalSchema)
  deps.out(options.json === true ? jsonText(page) : journalText(page, deps))
  return 0
}

export interface VerifyOptions extends ConnectionOptions {
  readonly anchor?: readonly Anchor[] | undefined
  readonly file?: string | undefined
}

/** Of the bridge, or of an export, for which no bridge is needed. Ends with 1 when it is broken. */
export async function verifyJournal(options: VerifyOptions, deps: CliDeps): Promise<number> {
  const { anchor: anchors = [], file } = options
  const verdict = file === undefined ? await verdictOf(options, deps) : await fileVerdict(file, anchors)
  deps.out(options.json === true ? jsonText(verdict) : verdictText(verdict, anchors))
  return verdict.kind === 'ok' ? 0 : 1
}

export interface ExportOptions extends ConnectionOptions, Filters {
  readonly out?: string | undefined
}

/** To a file, or to standard output. */
export async function exportJournal(options: ExportOptions, deps: CliDeps): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const pieces = client.download(`/api/v1/journal/export?${queryOf(options)}`)
  if (options.out === undefined) {
    for await (const piece of pieces) deps.out(piece)
    return 0
  }
  // It holds names and addresses of people.
  const file = await open(options.out, 'w', 0o600).catch((error: unknown) => {
    throw new CliError('cannot-write', `The file ${options.out} cannot be written: ${messageOf(error)}`)
  })
  let lines = -1
  try {
    for await (const piece of pieces) {
      await file.write(piece)
      lines += piece.split('\n').length - 1
    }
  } finally {
    await file.close()
  }
  const verify = `scim-bridge journal verify --file ${options.out}`
  const told = { file: options.out, lines }
  deps.out(
    options.json === true
      ? jsonText(told)
      : `${lines === 1 ? '1 entry' : `${lines} entries`} written to ${options.out}. Prove it with: ${verify}\n`,
  )
  return 0
}

export interface PseudonymiseOptions extends ConnectionOptions {
  readonly by: string
  readonly reason: string
}

export async function pseudonymise(
  person: string,
  options: PseudonymiseOptions,
  deps: CliDeps,
): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const { by, reason } = options
  const done = await client.post('/api/v1/journal/pseudonymise', { person, by, reason }, pseudonymisedSchema)
  deps.out(options.json === true ? jsonText(done) : pseudonymisedText(done))
  return 0
}

async function verdictOf(options: VerifyOptions, deps: CliDeps) {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const query = new URLSearchParams()
  for (const { seq, hash } of options.anchor ?? []) query.append('anchor', `${seq}:${hash}`)
  return client.get(`/api/v1/journal/verify?${query}`, journalVerdictSchema)
}

async function fileVerdict(file: string, anchors: readonly Anchor[]): Promise<FileVerdict> {
  const input = createReadStream(file)
  const opened = new Promise((resolve, reject) => input.once('open', resolve).once('error', reject))
  await opened.catch((error: unknown) => {
    throw new CliError('cannot-read', `The file ${file} cannot be read: ${messageOf(error)}`)
  })
  return verifyExport(createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY }), anchors)
}

function queryOf(
  { run, request, kind, from, to }: Filters,
  more: Readonly<Record<string, string | undefined>> = {},
): URLSearchParams {
  const query = new URLSearchParams()
  const filters = { ...more, runId: run, requestId: request, kind, from, to }
  for (const [name, value] of Object.entries(filters)) if (value !== undefined) query.set(name, value)
  return query
}
