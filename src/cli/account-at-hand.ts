/** The account that commands look at by themselves, without a running bridge: that of the settings, or a simulated one. */
import { z } from 'zod'
import type { DynatraceSettings } from '../config/settings.ts'
import { startSimulator } from '../simulator/start.ts'
import { simulatedAccount } from './account-settings.ts'

export interface AccountAtHand {
  readonly settings: DynatraceSettings
  /** `the account …`, `the simulator at …`: goes on a sentence. */
  readonly title: string
  readonly kind: 'account' | 'running simulator' | 'own simulator'
  readonly close: () => Promise<void>
}

/** Without settings: the simulator that `serve` runs, or else one like it. */
export async function accountAtHand(
  settings: DynatraceSettings | undefined,
  simulatorPort: number,
): Promise<AccountAtHand> {
  if (settings !== undefined) {
    const title = `the account ${settings.accountUuid}`
    return { settings, title, kind: 'account', close: async () => undefined }
  }
  const url = `http://127.0.0.1:${simulatorPort}`
  const running = await askSimulator(url)
  if (running !== undefined) {
    const reached = { ...running, apiUrl: url, ssoUrl: url, environmentUrl: `${url}/e/{id}` }
    const title = `the simulator at ${url}`
    return { settings: reached, title, kind: 'running simulator', close: async () => undefined }
  }
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, seed: 'sample' })
  return {
    settings: simulatedAccount(simulator),
    title: 'a simulated account',
    kind: 'own simulator',
    close: () => simulator.close(),
  }
}

const simulatorAnswer = z.object({ accountUuid: z.string(), clientId: z.string(), clientSecret: z.string() })

async function askSimulator(url: string): Promise<z.output<typeof simulatorAnswer> | undefined> {
  try {
    const answer = await fetch(`${url}/_simulator`, { signal: AbortSignal.timeout(1_000) })
    return simulatorAnswer.safeParse(await answer.json()).data
  } catch {
    return undefined
  }
}
