/** Waits until the account is what the identity provider asked for, and tells what that took. */
import { z } from 'zod'
import { CliError } from '../cli-error.ts'
import type { Client } from '../client.ts'
import type { Person } from './cast.ts'
import { costText } from './cost-book.ts'
import type { AccountState } from './simulated-account.ts'
import type { Stage } from './stage.ts'

const PATIENCE_MS = 20_000
const POLL_MS = 25

/** Members by the name of the Dynatrace group, all of them. */
export type Wanted = Readonly<Record<string, readonly Person[]>>

const readiness = z.object({
  dependencies: z.object({ reconciler: z.object({ detail: z.string() }) }),
})

/** `what` names the act in the book of costs. */
export async function settle(stage: Stage, what: string, wanted: Wanted): Promise<void> {
  const { clock, narrator, costs, account } = stage
  const began = clock.now().getTime()
  await until(stage, async () => agrees(await account.state(), wanted))
  const seconds = ((clock.now().getTime() - began) / 1000).toFixed(1)
  narrator.done(`In Dynatrace ${seconds} s later: ${costText(await costs.book(what))}.`)
}

/** Waits until the bridge has nothing left to do and the condition holds. */
export async function until(
  { bridge, clock }: Pick<Stage, 'bridge' | 'clock'>,
  holds: () => Promise<boolean>,
): Promise<void> {
  const end = clock.now().getTime() + PATIENCE_MS
  for (;;) {
    // In this order: what was still to be done when the bridge was asked cannot be missed afterwards.
    const done = await holds()
    const doing = await doingOf(bridge)
    if (done && doing === 'nothing waits') return
    if (clock.now().getTime() > end) {
      throw new CliError(
        'demo-late',
        `After ${PATIENCE_MS / 1000} seconds the account is still not as the demo expects it (reconciler: ${doing}). ` +
          'The demo needs the rules of the sample: start the bridge without BRIDGE_CONFIG and without a bridge.yaml ' +
          'in its folder. "npx scim-bridge plan" shows what keeps them apart.',
      )
    }
    await clock.sleep(POLL_MS)
  }
}

const doingOf = async (bridge: Client): Promise<string> =>
  (await bridge.get('/health/ready', readiness)).dependencies.reconciler.detail

function agrees({ users, groups }: AccountState, wanted: Wanted): boolean {
  return Object.entries(wanted).every(([group, persons]) => {
    const members = users.filter(user => user.groups.includes(group)).map(user => user.email)
    return (
      groups.some(({ name }) => name === group) &&
      members.length === persons.length &&
      persons.every(({ userName }) => members.includes(userName))
    )
  })
}
