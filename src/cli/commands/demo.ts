/** `scim-bridge demo`: plays two identity providers and a careless administrator against a running bridge. */
import { z } from 'zod'
import { CliError } from '../cli-error.ts'
import { createClient } from '../client.ts'
import { bridgeUrl, connectionOf, scimConnectionOf } from '../connection.ts'
import { showAccess } from '../demo/access-overview.ts'
import { cleanUp } from '../demo/clean-up.ts'
import { costBook } from '../demo/cost-book.ts'
import { editByHand } from '../demo/hand-edits.ts'
import { holdRemoval } from '../demo/held-removal.ts'
import { narrator } from '../demo/narrator.ts'
import { pass } from '../demo/passes.ts'
import { entraProvisions, oktaProvisions } from '../demo/provisioning.ts'
import { repair } from '../demo/repair.ts'
import { simulatedAccount } from '../demo/simulated-account.ts'
import type { Stage } from '../demo/stage.ts'
import type { CliDeps } from '../deps.ts'

export interface DemoOptions {
  readonly url?: string
  /** The simulated account that the bridge drives. */
  readonly simulator: string
}

const TIMEOUT_SECONDS = 120

export async function demo(options: DemoOptions, deps: CliDeps): Promise<number> {
  const { env, clock } = deps
  const began = clock.now().getTime()
  const account = simulatedAccount(options.simulator)
  const url = bridgeUrl(options.url, env)
  await createClient({ url, token: '', tokenSource: '' }, 10).get(
    '/health/live',
    z.object({ status: z.string() }),
  )
  const bridge = createClient(await connectionOf({ url, timeout: TIMEOUT_SECONDS }, env), TIMEOUT_SECONDS)
  const { admin, accountName, environments } = await account.facts()
  const voice = narrator(deps.out, deps)
  const stage: Stage = {
    narrator: voice,
    scim: await scimConnectionOf(url, env),
    costs: await costBook(account),
    ...{ bridge, account, clock, text: { colour: deps.colour, columns: voice.room } },
  }
  const active = environments.filter(each => each.active).map(each => `${each.name} (${each.id})`)
  stage.narrator.title(
    'From an identity provider to access in Dynatrace, and back in step after hand edits',
    `The bridge at ${url} drives the simulated account ${accountName} at ${account.url} with the environments ` +
      `${active.join(' and ')}. Everything below happens over HTTP, now.`,
  )
  await requireSimulated(stage)
  await cleanUp(stage, admin)
  await oktaProvisions(stage)
  const entra = await entraProvisions(stage)
  await showAccess(stage)
  await editByHand(stage, admin)
  await repair(stage)
  await holdRemoval(stage, entra)
  conclude(stage, clock.now().getTime() - began)
  return 0
}

/** A plan only reads, and it shows whether the bridge drives this account or another one, perhaps a real one. */
async function requireSimulated({ bridge, clock, account, costs }: Stage): Promise<void> {
  const { status, problems } = await pass('plan', { bridge, clock })
  const { reads } = await costs.book('a first look at the whole account')
  if (reads === 0) {
    throw new CliError(
      'not-simulated',
      `The bridge at ${bridge.url} does not drive the simulated account at ${account.url}. The demo invents people ` +
        'and edits by hand, so it plays against a simulated account only: start one with "npm start" and no DT_ variables set.',
    )
  }
  if (status === 'failed')
    throw new CliError('demo-failed', `The bridge cannot read the account: ${problems[0] ?? ''}`)
}

function conclude({ narrator, costs, text }: Stage, ms: number): void {
  narrator.section(
    'What it cost',
    'Dynatrace calls, as the account counted them. Reads of a plan grow with the account, writes only with what changes.',
  )
  narrator.report(costs.table(text))
  narrator.done(`Played in ${(ms / 1000).toFixed(1)} s. Run it again: it begins anew.`)
  narrator.say('Now try for yourself:')
  narrator.report(
    [
      'npx scim-bridge plan                        what a pass would change',
      'npx scim-bridge explain ana@acme.example    what a person may do, where, and why',
      'npx scim-bridge journal --limit 20          what happened, newest first',
    ].join('\n'),
  )
}
