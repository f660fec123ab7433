/** Starts a simulated Dynatrace account on a port of this machine. */
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { type Clock, systemClock } from '../lib/clock.ts'
import { type Log, silentLog } from '../lib/log.ts'
import { createApp } from './app.ts'
import { createCalls } from './calls.ts'
import { clientId } from './client.ts'
import { createFaults } from './faults.ts'
import { seeded } from './seed/seed.ts'
import { createSimulation } from './simulation.ts'
import type { RunningSimulator, SimulatorOptions } from './simulator.ts'
import { loadStateFile } from './snapshot/state-file.ts'
import { stateKeeper } from './state-keeper.ts'
import { changedSwitches } from './switches.ts'
import { createTokens } from './tokens.ts'

/**
 * Resolves once it listens; rejects with the system's error when the port is taken, with a `StateFileError` when the state
 * file cannot be used. Without one the state is in memory and ends with `close`, which cuts connections that are kept alive.
 */
export async function startSimulator(
  options: SimulatorOptions & { readonly clock?: Clock; readonly log?: Log },
): Promise<RunningSimulator> {
  const {
    host,
    port,
    seed,
    size = {},
    stateFile,
    switches = {},
    clock = systemClock,
    log = silentLog,
  } = options
  const saved = stateFile === undefined ? undefined : await loadStateFile(stateFile, clock)
  const account = saved?.account ?? seeded(seed, clock, size)
  const simulation = createSimulation({
    account,
    switches: changedSwitches(account.switches, switches),
    clock,
    log,
    tokens: createTokens(clock),
    calls: createCalls(),
    faults: createFaults(),
  })
  if (saved !== undefined) simulation.client = saved.client
  if (stateFile !== undefined) simulation.save = stateKeeper(stateFile, simulation)
  let url = ''
  const app = createApp(simulation, () => url)
  await app.listen({ host, port })
  // A file that cannot be written is better known now than when the work of a day is to be saved.
  if (saved === undefined) await simulation.save?.().catch(closing(app))
  url = `http://${host.includes(':') ? `[${host}]` : host}:${portOf(app.server.address())}`
  return {
    url,
    accountUuid: simulation.account.uuid,
    clientId,
    clientSecret: simulation.client.secret,
    restored: saved !== undefined,
    close: async () => {
      await app.close()
      await simulation.save?.()
    },
  }
}

/** Ends what listens already, then fails. */
function closing(app: FastifyInstance): (error: unknown) => Promise<never> {
  return async error => {
    await app.close()
    throw error
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('The simulator listens on no port')
  return address.port
}
