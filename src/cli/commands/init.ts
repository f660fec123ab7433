/** `scim-bridge init`: writes a first `bridge.yaml`, the commented sample or what a live account grants today. */
import { readFile } from 'node:fs/promises'
import { draftAccount } from '../../access/from-account/draft-account.ts'
import { settleDraft } from '../../access/from-account/settle-draft.ts'
import { writeDraft } from '../../access/from-account/write-draft.ts'
import { parseAccessModel } from '../../access/parse.ts'
import { readSettings } from '../../config/settings.ts'
import { connectDynatrace } from '../../dynatrace/client.ts'
import { silentLog } from '../../lib/log.ts'
import { accountAtHand } from '../account-at-hand.ts'
import { SAMPLE } from '../account-settings.ts'
import { CliError } from '../cli-error.ts'
import type { CliDeps } from '../deps.ts'
import { accountPreface } from '../init/preface.ts'
import { readAccount } from '../init/read-account.ts'
import { writeNewFile } from '../init/write-file.ts'
import { draftJson, draftText } from '../output/draft-text.ts'
import { jsonText } from '../output/json-text.ts'

export interface InitOptions {
  readonly fromAccount?: boolean | undefined
  readonly out: string
  readonly force?: boolean | undefined
  /** What IdP groups are called; `{name}` stands for the name of the Dynatrace group. */
  readonly match?: readonly string[] | undefined
  /** Where a simulator is looked for when no account is set up. */
  readonly simulatorPort: number
  readonly json?: boolean | undefined
}

/** 0: the file says everything, 2: it names what it could not say. */
export async function init(options: InitOptions, deps: CliDeps): Promise<number> {
  if (options.fromAccount !== true) return initSample(options, deps)
  const { out, match = ['{name}'], force = false } = options
  const wrong = match.find(each => !each.includes('{name}'))
  if (wrong !== undefined) {
    throw new CliError(
      'bad-request',
      `--match "${wrong}" does not hold {name}, so that all rules would take one group. Write it like --match "dt-{name}".`,
    )
  }
  const { facts, title } = await readFacts(options, deps)
  const preface = accountPreface({ title, now: deps.clock.now(), file: out })
  const { draft, text } = settleDraft(draftAccount(facts, match), each => writeDraft(each, preface))
  await writeNewFile(out, text, force)
  const written = { draft, files: [out], warnings: parseAccessModel(text, out).warnings.length }
  deps.out(options.json === true ? jsonText(draftJson(written)) : draftText(written, deps))
  return draft.unsaid.length === 0 ? 0 : 2
}

async function readFacts(options: InitOptions, deps: CliDeps) {
  const read = readSettings(deps.env)
  if (read.kind === 'invalid') throw new CliError('bad-settings', read.problems.join('\n'))
  const account = await accountAtHand(read.settings.dynatrace, options.simulatorPort)
  const connection = connectDynatrace({ ...account.settings, clock: deps.clock, log: silentLog })
  try {
    const facts = await readAccount(connection.with({ runId: 'init', requestIds: [] }))
    return { facts, title: account.title }
  } finally {
    await connection.close()
    await account.close()
  }
}

async function initSample({ out, force = false, json }: InitOptions, deps: CliDeps): Promise<number> {
  await writeNewFile(out, await readFile(SAMPLE, 'utf8'), force)
  const hints = [
    `${out}: a commented sample. Its environments, groups and policies are made up: put yours in their place.`,
    `Check it with: scim-bridge lint ${out}`,
    `Start with it: BRIDGE_CONFIG=${out} scim-bridge serve`,
    'What a live account grants today is written by: scim-bridge init --from-account',
  ]
  deps.out(json === true ? jsonText({ files: [out] }) : `${hints.join('\n')}\n`)
  return 0
}
