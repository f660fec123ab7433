/** `/_simulator/snapshot`: the whole account out and in, and `/_simulator/save`: into the state file. */
import type { FastifyInstance } from 'fastify'
import { badRequest } from '../rejection.ts'
import type { Simulation } from '../simulation.ts'
import { install, loadSnapshot } from '../snapshot/load.ts'
import { takeSnapshot } from '../snapshot/take.ts'

export function snapshotRoutes(app: FastifyInstance, simulation: Simulation): void {
  app.get('/_simulator/snapshot', async () => takeSnapshot(simulation))

  app.put('/_simulator/snapshot', async request => {
    install(simulation, loadSnapshot(request.body, simulation.clock))
    return { loaded: true }
  })

  app.post('/_simulator/save', async () => {
    if (simulation.save === undefined) {
      throw badRequest('The simulator has no state file: start it with --state <file>')
    }
    return { saved: await simulation.save() }
  })
}
