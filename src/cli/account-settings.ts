/** What `serve` and `doctor` run with where settings leave it open: the account, and the file of rules that fits it. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { DynatraceSettings, Settings } from '../config/settings.ts'
import { BridgeError } from '../lib/errors.ts'
import type { RunningSimulator } from '../simulator/simulator.ts'

/** The commented example. */
export const SAMPLE = fileURLToPath(new URL('../access/sample/bridge.yaml', import.meta.url))

/**
 * Path of the access model. Throws `BridgeError` for a real account without one: it must not be driven by the rules of
 * the sample, which would be somebody else's.
 */
export function accessFileOf({ configPath, dynatrace }: Pick<Settings, 'configPath' | 'dynatrace'>): string {
  if (configPath !== undefined) return configPath
  if (existsSync('bridge.yaml')) return 'bridge.yaml'
  if (dynatrace === undefined) return SAMPLE
  throw new BridgeError(
    'bad-access-model',
    'There is no access model for this account: set BRIDGE_CONFIG to your bridge.yaml. ' +
      `A commented one to start from is ${SAMPLE}.`,
  )
}

/** How the account that a simulator plays is reached; nowhere without one. */
export function simulatedAccount(simulator: RunningSimulator | undefined): DynatraceSettings {
  const { url = '', accountUuid = '', clientId = '', clientSecret = '' } = simulator ?? {}
  return { accountUuid, clientId, clientSecret, apiUrl: url, ssoUrl: url, environmentUrl: `${url}/e/{id}` }
}
