/** Starts a simulated Dynatrace account on a port of this machine. */
import type { AddressInfo } from 'node:net'
import { type Clock, systemClock } from '../lib/clock.ts'
import { type Log, silentLog } from '../lib/log.ts'
import { createApp } from './app.ts'
import { createCalls } from './calls.ts'
import { clientId, clientSecret } from './client.ts'
import { createFaults } from './faults.ts'
import { seeded } from './seed/seed.ts'
import type { Simulation } from './simulation.ts'
import type { RunningSimulator, SimulatorOptions } from './simulator.ts'
import { createTokens } from './tokens.ts'

/**
 * Resolves once it listens; rejects with the system's error when the port is taken. State is in memory and ends
 * with `close`, which cuts connections that are kept alive.
 */
export async function startSimulator(
  options: SimulatorOptions & { readonly clock?: Clock; readonly log?: Log },
): Promise<RunningSimulator> {
  const { host, port, seed, clock = systemClock, log = silentLog } = options
  const simulation: Simulation = {
    account: seeded(seed, clock),
    clock,
    log,
    tokens: createTokens(clock),
    calls: createCalls(),
    faults: createFaults(),
  }
  let url = ''
  const app = createApp(simulation, () => url)
  await app.listen({ host, port })
  url = `http://${host.includes(':') ? `[${host}]` : host}:${portOf(app.server.address())}`
  return {
    url,
    accountUuid: simulation.account.uuid,
    clientId,
    clientSecret,
    close: async () => {
      await app.close()
    },
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('The simulator listens on no port')
  return address.port
}
