/** Facts about the account of the settings, or about a simulated one where there are none. */
import type { AccountFacts } from '../../access/from-account/account-facts.ts'
import { readSettings } from '../../config/settings.ts'
import { connectDynatrace } from '../../dynatrace/client.ts'
import { silentLog } from '../../lib/log.ts'
import { accountAtHand } from '../account-at-hand.ts'
import { CliError } from '../cli-error.ts'
import type { CliDeps } from '../deps.ts'
import { readAccount } from './read-account.ts'

/** A client that may do no more than this will do. The last one is asked for to read policies, too. */
const READ_ONLY = ['account-idm-read', 'account-env-read', 'iam-policies-management']

/** @throws UpstreamError when the account cannot be read, `CliError` for settings that cannot. */
export async function accountFactsAtHand(
  { simulatorPort }: { readonly simulatorPort: number },
  deps: CliDeps,
): Promise<{ readonly facts: AccountFacts; readonly title: string }> {
  const read = readSettings(deps.env)
  if (read.kind === 'invalid') throw new CliError('bad-settings', read.problems.join('\n'))
  const account = await accountAtHand(read.settings.dynatrace, simulatorPort)
  const connection = connectDynatrace({
    ...account.settings,
    clock: deps.clock,
    log: silentLog,
    scopes: { account: READ_ONLY },
  })
  try {
    const facts = await readAccount(connection.with({ runId: 'init', requestIds: [] }))
    return { facts, title: account.title }
  } finally {
    await connection.close()
    await account.close()
  }
}
