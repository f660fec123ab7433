/** `scim-bridge export monaco|terraform`: what the rules want of the account, as files of another tool. */
import { join } from 'node:path'
import type { AccountFacts } from '../../access/from-account/account-facts.ts'
import { unsaidSections } from '../../access/from-account/write-unsaid.ts'
import { writeMonaco } from '../../access/monaco/write-monaco.ts'
import { writeTerraform } from '../../access/terraform/write-terraform.ts'
import { desiredSchema } from '../../http/ops/desired.ts'
import { createClient } from '../client.ts'
import { type ConnectionOptions, connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { refuseExisting, writeNewFile } from '../init/write-file.ts'
import { jsonText } from '../output/json-text.ts'
import { painter } from '../output/paint.ts'
import { printable } from '../output/printable.ts'

export interface AccessExportOptions extends ConnectionOptions {
  /** A folder. */
  readonly out?: string | undefined
  readonly force?: boolean | undefined
}

const WRITERS = { monaco: writeMonaco, terraform: writeTerraform } as const

/** 0: the files say everything, 2: something is left out, and named. */
export async function exportAccess(
  tool: keyof typeof WRITERS,
  options: AccessExportOptions,
  deps: CliDeps,
): Promise<number> {
  const { out = tool, force = false } = options
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const { existing, problems, ...desired } = await client.get('/api/v1/desired', desiredSchema)
  const facts: AccountFacts = {
    ...desired,
    accountId: desired.accountId,
    groups: desired.groups.map(each => ({ ...each, apart: undefined })),
    policies: desired.policies.map(each => ({ ...each, statement: each.statement })),
    boundaries: desired.boundaries.map(each => ({ ...each, query: each.query })),
    protect: { users: [], groups: [] },
    gaps: [],
  }
  const { files, unsaid } = WRITERS[tool](facts, new Set(existing))
  const paths = files.map(({ path }) => join(out, path))
  for (const path of paths) await refuseExisting(path, force)
  for (const { path, text } of files) await writeNewFile(join(out, path), text, force)
  const left = [...problems, ...unsaidSections(unsaid).flatMap(({ lines }) => lines)]
  deps.out(options.json === true ? jsonText({ files: paths, unsaid: left }) : textOf(paths, left, deps))
  return left.length === 0 ? 0 : 2
}

function textOf(paths: readonly string[], left: readonly string[], deps: CliDeps): string {
  const paint = painter(deps)
  const lines = [
    ...paths.map(path => paint('bold', path)),
    ...(left.length === 0 ? [] : ['', 'Left out:', ...left.map(line => `  - ${printable(line)}`)]),
    '',
    'Let one tool write at a time: set the bridge to observe before another one applies these files.',
  ]
  return `${lines.join('\n')}\n`
}
