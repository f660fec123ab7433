/** `scim-bridge drift accept <step>`: the change of `bridge.yaml` that takes one difference into the desired state. */
import { readFile, writeFile } from 'node:fs/promises'
import { acceptedSchema } from '../../http/ops/choices.ts'
import { CliError } from '../cli-error.ts'
import { createClient } from '../client.ts'
import { connectionOf } from '../connection.ts'
import type { CliDeps } from '../deps.ts'
import { jsonText } from '../output/json-text.ts'
import type { ChoiceOptions } from './choose.ts'

export interface AcceptOptions extends ChoiceOptions {
  readonly write?: string | undefined
}

export async function accept(
  step: string,
  { by, reason, write, ...options }: AcceptOptions,
  deps: CliDeps,
): Promise<number> {
  const client = createClient(await connectionOf(options, deps.env), options.timeout)
  const path = `/api/v1/drift/${encodeURIComponent(step)}/accept`
  const accepted = await client.post(path, { by, reason }, acceptedSchema)
  if (write !== undefined) await writeInto(write, accepted)
  if (options.json === true) deps.out(jsonText(accepted))
  else {
    deps.out(accepted.diff)
    deps.out(
      write === undefined
        ? '\nNothing is written. Look at the change, see what it does with "scim-bridge plan --config", and roll it out.\n'
        : `\nWritten to ${write}.\n`,
    )
  }
  return 0
}

async function writeInto(
  file: string,
  { path, before, after }: { readonly path: string; readonly before: string; readonly after: string },
): Promise<void> {
  const local = await readFile(file, 'utf8').catch(() => undefined)
  if (local === undefined) throw new CliError('no-file', `${file} cannot be read.`)
  if (local !== before) {
    throw new CliError(
      'other-file',
      `${file} is not the same as ${path} of the bridge: take over what is in force there first, or apply the change by hand.`,
    )
  }
  await writeFile(file, after)
}
