/** `scim-bridge import monaco|terraform`: writes a `bridge.yaml` from what another tool says of the account. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { draftAccount } from '../../access/from-account/draft-account.ts'
import {
  type Import,
  type Imported,
  membersCsv,
  type SourceFile,
  withAccount,
} from '../../access/from-account/imported.ts'
import { readMonaco } from '../../access/monaco/read-monaco.ts'
import { readTerraform } from '../../access/terraform/read-terraform.ts'
import { messageOf } from '../../lib/errors.ts'
import { CliError } from '../cli-error.ts'
import type { CliDeps } from '../deps.ts'
import { accountFactsAtHand } from '../init/account-facts-at-hand.ts'
import { importPreface } from '../init/preface.ts'
import { type AccessFileOptions, writeAccessFile } from '../init/write-access-file.ts'
import { refuseExisting } from '../init/write-file.ts'
import { checkMatches } from './init.ts'

export interface AccessImportOptions extends AccessFileOptions {
  /** Where groups and their members go. */
  readonly members?: string | undefined
  readonly match?: readonly string[] | undefined
  /** Whether names for ids that the files only mention are looked up in the account. */
  readonly withAccount?: boolean | undefined
  readonly simulatorPort: number
}

/** `paths`: files, or folders with all that is in them. */
export async function importMonaco(
  paths: readonly string[],
  options: AccessImportOptions,
  deps: CliDeps,
): Promise<number> {
  const files = (await Promise.all(paths.map(path => yamlFiles(path)))).flat()
  return importFrom({ read: readMonaco(files), source: paths.join(', '), tool: 'Monaco' }, options, deps)
}

export async function importTerraform(
  path: string,
  options: AccessImportOptions,
  deps: CliDeps,
): Promise<number> {
  const read = readTerraform(await readSource(path))
  return importFrom({ read, source: path, tool: 'Terraform' }, options, deps)
}

/** 0: everything could be said, 2: the file names what could not. */
async function importFrom(
  { read, source, tool }: { readonly read: Import; readonly source: string; readonly tool: string },
  options: AccessImportOptions,
  deps: CliDeps,
): Promise<number> {
  const { out, match = ['{name}'], force = false } = options
  checkMatches(match)
  await refuseExisting(out, force)
  if (read.kind === 'bad') throw new CliError('bad-import', read.problems.join('\n'))
  const { facts, memberships, unsaid } = await completed(read.imported, options, deps)
  const preface = importPreface({ source, tool, now: deps.clock.now(), file: out })
  const members = options.members ?? out.replace(/(?:\.ya?ml)?$/, '-members.csv')
  const beside = memberships.length === 0 ? [] : [{ path: members, text: membersCsv(memberships) }]
  const draft = draftAccount(facts, match)
  const isNameless = draft.unsaid.some(({ why }) => why.startsWith('nothing tells the name'))
  if (isNameless && options.withAccount !== true) {
    deps.err('Some things go by their ids alone: --with-account looks their names up in the account.\n')
  }
  return writeAccessFile({ draft, preface, unsaid, beside }, options, deps)
}

async function completed(imported: Imported, options: AccessImportOptions, deps: CliDeps): Promise<Imported> {
  if (options.withAccount !== true) return imported
  const account = await accountFactsAtHand(options, deps)
  return { ...imported, facts: withAccount(imported.facts, account.facts) }
}

async function yamlFiles(path: string): Promise<readonly SourceFile[]> {
  const found = await stat(path).catch((error: unknown) => unreadable(path, error))
  if (!found.isDirectory()) return [await readSource(path)]
  const names = await readdir(path, { recursive: true })
  const yaml = names.filter(name => /\.ya?ml$/.test(name)).sort()
  return Promise.all(yaml.map(name => readSource(join(path, name))))
}

async function readSource(path: string): Promise<SourceFile> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => unreadable(path, error))
  return { name: path, text }
}

function unreadable(path: string, error: unknown): never {
  throw new CliError(
    'unreadable',
    `${path} cannot be read: ${messageOf(error)}. Give a file or folder that is there.`,
  )
}
