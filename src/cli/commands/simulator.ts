/** `scim-bridge simulator`: a Dynatrace account in this process, until it is stopped. */
import { resolve } from 'node:path'
import { messageOf } from '../../lib/errors.ts'
import type { Seed } from '../../simulator/seed/seed-name.ts'
import type { RunningSimulator } from '../../simulator/simulator.ts'
import { startSimulator } from '../../simulator/start.ts'
import { CliError } from '../cli-error.ts'
import type { CliDeps } from '../deps.ts'
import { jsonText } from '../output/json-text.ts'
import { simulatorText } from '../output/simulator-text.ts'

export interface SimulatorCommandOptions {
  readonly host: string
  readonly port: number
  /** Absent: the sample, or a large one when a size is given. */
  readonly seed?: Seed | undefined
  readonly users?: number | undefined
  readonly groups?: number | undefined
  readonly bindings?: number | undefined
  readonly state?: string | undefined
  readonly switch?: Readonly<Record<string, string | number>> | undefined
  readonly json?: boolean | undefined
}

export async function simulator(options: SimulatorCommandOptions, deps: CliDeps): Promise<number> {
  const { host, port, users, groups, bindings, state } = options
  const sized = [users, groups, bindings].some(size => size !== undefined)
  const seed = options.seed ?? (sized ? 'large' : 'sample')
  if (sized && seed !== 'large') {
    throw new CliError('simulator', `--users, --groups and --bindings go with --seed large, not with ${seed}`)
  }
  const running = await startSimulator({
    host,
    port,
    seed,
    size: { users, groups, bindings },
    ...(state === undefined ? {} : { stateFile: state }),
    switches: options.switch ?? {},
  }).catch((error: unknown) => {
    throw new CliError('simulator', startFailure(error, options))
  })
  const ended = deps.untilStopped()
  deps.out(startText(running, seed, options))
  await ended
  await running.close()
  return 0
}

function startText(running: RunningSimulator, seed: Seed, { state, json }: SimulatorCommandOptions): string {
  const { url, accountUuid, clientId, restored } = running
  const stateFile = state === undefined ? undefined : resolve(state)
  if (json === true) {
    return jsonText({ url, accountUuid, clientId, credentials: `${url}/_simulator`, stateFile, restored })
  }
  const content = restored
    ? 'as it was saved'
    : { sample: 'the sample', empty: 'empty', large: 'large' }[seed]
  return simulatorText({ url, accountUuid, clientId, content, stateFile, fromState: restored })
}

function startFailure(error: unknown, { host, port }: SimulatorCommandOptions): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE')
    return `Port ${port} of ${host} is in use. Give the simulator another one with --port.`
  if (code === 'EACCES')
    return `Port ${port} may not be used without more rights. Give the simulator one above 1023 with --port.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${host} is no address of this machine. Give another one with --host.`
  return `The simulator could not be started: ${messageOf(error)}`
}
