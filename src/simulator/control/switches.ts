/** `/_simulator/switches`: how the simulator answers the questions that no source answers. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { read } from '../routes/body.ts'
import type { Simulation } from '../simulation.ts'
import { changedSwitches, describedSwitches } from '../switches.ts'

const change = z.record(z.string(), z.unknown())

export function switchRoutes(app: FastifyInstance, simulation: Simulation): void {
  app.get('/_simulator/switches', async () => ({ switches: describedSwitches(simulation.switches) }))

  /** All of the named ones change, or none; the others stay. */
  app.route({
    method: ['PUT', 'PATCH'],
    url: '/_simulator/switches',
    handler: async request => {
      simulation.switches = changedSwitches(simulation.switches, read(change, request.body))
      return { switches: describedSwitches(simulation.switches) }
    },
  })
}
