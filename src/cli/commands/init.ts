/** `scim-bridge init`: writes a first `bridge.yaml`, the commented sample or what a live account grants today. */
import { readFile } from 'node:fs/promises'
import { draftAccount } from '../../access/from-account/draft-account.ts'
import { SAMPLE } from '../account-settings.ts'
import { CliError } from '../cli-error.ts'
import type { CliDeps } from '../deps.ts'
import { accountFactsAtHand } from '../init/account-facts-at-hand.ts'
import { accountPreface } from '../init/preface.ts'
import { type AccessFileOptions, writeAccessFile } from '../init/write-access-file.ts'
import { refuseExisting, writeNewFile } from '../init/write-file.ts'
import { jsonText } from '../output/json-text.ts'

export interface InitOptions extends AccessFileOptions {
  readonly fromAccount?: boolean | undefined
  /** What IdP groups are called; `{name}` stands for the name of the Dynatrace group. */
  readonly match?: readonly string[] | undefined
  /** Where a simulator is looked for when no account is set up. */
  readonly simulatorPort: number
}

/** 0: the file says everything, 2: it names what it could not say. */
export async function init(options: InitOptions, deps: CliDeps): Promise<number> {
  if (options.fromAccount !== true) return initSample(options, deps)
  const { out, match = ['{name}'], force = false } = options
  checkMatches(match)
  await refuseExisting(out, force)
  const { facts, title } = await accountFactsAtHand(options, deps)
  const preface = accountPreface({ title, now: deps.clock.now(), file: out })
  return writeAccessFile({ draft: draftAccount(facts, match), preface }, options, deps)
}

export function checkMatches(matches: readonly string[]): void {
  const wrong = matches.find(each => !each.includes('{name}'))
  if (wrong === undefined) return
  throw new CliError(
    'bad-request',
    `--match "${wrong}" does not hold {name}, so that all rules would take one group. Write it like --match "dt-{name}".`,
  )
}

async function initSample({ out, force = false, json }: AccessFileOptions, deps: CliDeps): Promise<number> {
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
