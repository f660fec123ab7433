/** `scim-bridge serve`: the bridge, and with no Dynatrace account set up a simulated one beside it. */
import { readSettings, type Settings } from '../../config/settings.ts'
import { ensureToken } from '../../config/tokens.ts'
import { BridgeError } from '../../lib/errors.ts'
import { keepHeapLean } from '../../lib/lean-heap.ts'
import type { RunningSimulator } from '../../simulator/simulator.ts'
import { startSimulator } from '../../simulator/start.ts'
import { createLogger } from '../../telemetry/log.ts'
import { accessFileOf, simulatedAccount } from '../account-settings.ts'
import { startBridge } from '../bridge.ts'
import type { CliDeps } from '../deps.ts'
import { bannerJson, bannerText } from '../output/banner-text.ts'

export interface ServeOptions {
  /** Where the simulator listens when it is needed. */
  readonly simulatorPort: number
  readonly json?: boolean | undefined
}

/** EX_CONFIG of sysexits: a supervisor need not try again before somebody changed something. */
const EXIT_CONFIGURATION = 78

const CONFIGURATION_ERRORS: readonly string[] = ['bad-access-model', 'bad-setting']

export async function serve(options: ServeOptions, deps: CliDeps): Promise<number> {
  const read = readSettings(deps.env)
  if (read.kind === 'invalid') {
    deps.err(
      `The bridge cannot start with these settings:\n${read.problems.map(each => `  ${each}\n`).join('')}`,
    )
    return EXIT_CONFIGURATION
  }
  const { settings } = read
  keepHeapLean()
  const stopped = deps.untilStopped()
  let simulator: RunningSimulator | undefined
  try {
    const scim = await tokenOf(settings, 'scim')
    const admin = await tokenOf(settings, 'admin')
    if (settings.dynatrace === undefined) simulator = await besides(options)
    const dynatrace = settings.dynatrace ?? simulatedAccount(simulator)
    const accessFile = accessFileOf(settings)
    const bridge = await startBridge({
      ...settings,
      accessFile,
      scimToken: scim.token,
      adminToken: admin.token,
      dynatrace,
      identity: settings,
      keepRunsDays: settings.keepRunsDays,
      log: createLogger(settings.logLevel),
      clock: deps.clock,
    })
    const facts = {
      url: bridge.url,
      simulator: simulator?.url,
      settings,
      accessFile,
      scim: scim.from,
      admin: admin.from,
    }
    deps.out(options.json === true ? bannerJson(facts) : bannerText(facts))
    await stopped
    await bridge.close()
    return 0
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error
    deps.err(`${error.message.trimEnd()}\n`)
    return CONFIGURATION_ERRORS.includes(error.code) ? EXIT_CONFIGURATION : 1
  } finally {
    await simulator?.close()
  }
}

async function tokenOf(
  settings: Settings,
  name: 'scim' | 'admin',
): Promise<{ readonly token: string; readonly from: string }> {
  const given = name === 'scim' ? settings.scimToken : settings.adminToken
  if (given !== undefined) return { token: given, from: `BRIDGE_${name.toUpperCase()}_TOKEN` }
  const kept = await ensureToken(settings.dataDir, name)
  return { token: kept.token, from: kept.path }
}

async function besides({ simulatorPort: port }: ServeOptions): Promise<RunningSimulator> {
  try {
    return await startSimulator({ host: '127.0.0.1', port, seed: 'sample' })
  } catch (error) {
    throw new BridgeError(
      'simulator-cannot-listen',
      `No Dynatrace account is set up, so a simulated one should listen on port ${port}, which is in use: ` +
        'stop what listens there, choose another port with --simulator-port, or set DT_ACCOUNT_UUID, DT_CLIENT_ID and DT_CLIENT_SECRET.',
      { cause: error },
    )
  }
}
