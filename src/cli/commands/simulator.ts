/** `scim-bridge simulator`: a Dynatrace account in this process, until it is stopped. */
import { messageOf } from '../../lib/errors.ts'
import type { SimulatorOptions } from '../../simulator/simulator.ts'
import { startSimulator } from '../../simulator/start.ts'
import { CliError } from '../cli-error.ts'
import type { CliDeps } from '../deps.ts'
import { jsonText } from '../output/json-text.ts'

export interface SimulatorCommandOptions extends SimulatorOptions {
  readonly json?: boolean | undefined
}

export async function simulator(options: SimulatorCommandOptions, deps: CliDeps): Promise<number> {
  const { host, port, seed } = options
  const running = await startSimulator({ host, port, seed }).catch((error: unknown) => {
    throw new CliError('simulator', startFailure(error, options))
  })
  const { url, accountUuid, clientId } = running
  const ended = deps.untilStopped()
  deps.out(
    options.json === true
      ? jsonText({ url, accountUuid, clientId, credentials: `${url}/_simulator` })
      : `A simulated Dynatrace account listens on ${url}

  account    ${accountUuid}
  client id  ${clientId}
  secret, environments and their tokens: curl ${url}/_simulator

Point a bridge at it with DT_ACCOUNT_UUID, DT_CLIENT_ID and DT_CLIENT_SECRET as above, and
DT_API_URL=${url} DT_SSO_URL=${url}. Its state is in memory; Ctrl+C ends it.
`,
  )
  await ended
  await running.close()
  return 0
}

function startFailure(error: unknown, { host, port }: SimulatorOptions): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    return `Port ${port} of ${host} is in use. Give the simulator another one with --port.`
  if (code === 'EACCES')
    return `Port ${port} may not be used without more rights. Give the simulator one above 1023 with --port.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${host} is no address of this machine. Give another one with --host.`
  return `The simulator could not be started: ${messageOf(error)}`
}
