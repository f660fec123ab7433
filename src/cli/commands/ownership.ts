/** `scim-bridge ownership list|export|import|migrate|claim`: what is whose, and taking it over. */
import { readFile, writeFile } from 'node:fs/promises'
import { claimedSchema, importedSchema, migratedSchema, ownershipSchema } from '../../http/ops/ownership.ts'
import { messageOf } from '../../lib/errors.ts'
import { registryFileSchema } from '../../reconcile/ownership/registry-file.ts'
import { CliError } from '../cli-error.ts'
import { type Client, createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { jsonText } from '../output/json-text.ts'
import { claimedText, importedText, migratedText, ownershipText } from '../output/ownership-text.ts'

export interface WordOptions extends ConnectionOptions {
  readonly by: string
  readonly reason: string
}

export type ImportOptions = WordOptions & { readonly plan?: boolean | undefined }

export async function listOwnership(options: ConnectionOptions, deps: CliDeps): Promise<number> {
  const found = await (await clientOf(options, deps)).get('/api/v1/ownership', ownershipSchema)
  deps.out(options.json === true ? jsonText(found) : ownershipText(found))
  return 0
}

/** The file holds names and e-mail addresses: only its owner may read it. */
export async function exportOwnership(
  options: ConnectionOptions & { readonly out?: string | undefined },
  deps: CliDeps,
): Promise<number> {
  const file = await (await clientOf(options, deps)).get('/api/v1/ownership/export', registryFileSchema)
  if (options.out === undefined) {
    deps.out(jsonText(file))
    return 0
  }
  await writeFile(options.out, jsonText(file), { mode: 0o600 }).catch((error: unknown) => {
    throw new CliError('unwritable', `${options.out} cannot be written: ${messageOf(error)}`)
  })
  deps.err(`${file.rows.length} entries are in ${options.out}.\n`)
  return 0
}

/** 2 when something was left out. */
export async function importOwnership(path: string, options: ImportOptions, deps: CliDeps): Promise<number> {
  const body = { file: await registryIn(path), ...wordOf(options), plan: options.plan === true }
  const done = await (await clientOf(options, deps)).post('/api/v1/ownership/import', body, importedSchema)
  deps.out(options.json === true ? jsonText(done) : importedText(done))
  return done.leftOut.length === 0 ? 0 : 2
}

/** 2 when something was left out. */
export async function migrateOwnership(
  options: ImportOptions & { readonly from: string },
  deps: CliDeps,
): Promise<number> {
  const body = { from: options.from, ...wordOf(options), plan: options.plan === true }
  const done = await (await clientOf(options, deps)).post('/api/v1/ownership/migrate', body, migratedSchema)
  deps.out(options.json === true ? jsonText(done) : migratedText(done))
  return done.leftOut.length === 0 ? 0 : 2
}

export async function claimOwnership(options: WordOptions, deps: CliDeps): Promise<number> {
  const client = await clientOf(options, deps)
  const done = await client.post('/api/v1/ownership/claim', wordOf(options), claimedSchema)
  deps.out(options.json === true ? jsonText(done) : claimedText(done))
  return 0
}

const clientOf = async (options: ConnectionOptions, deps: CliDeps): Promise<Client> =>
  createClient(await connectionOf(options, deps.env), options.timeout)

const wordOf = ({ by, reason }: WordOptions): { readonly by: string; readonly reason: string } => ({
  by,
  reason,
})

async function registryIn(path: string): Promise<object> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new CliError('unreadable', `${path} cannot be read: ${messageOf(error)}`)
  })
  const parsed = registryFileSchema.safeParse(jsonOf(text))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where =
    issue === undefined || issue.path.length === 0 ? '' : ` (${issue.path.join('.')}: ${issue.message})`
  throw new CliError(
    'not-a-registry',
    `${path} is no export of a registry${where}. "scim-bridge ownership export --out ${path}" writes one.`,
  )
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
