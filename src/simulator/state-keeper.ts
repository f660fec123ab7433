/** Saves a simulation in its state file, one save at a time. */
import { resolve } from 'node:path'
import type { Simulation } from './simulation.ts'
import { saveStateFile } from './snapshot/state-file.ts'

/** Gives a function that saves what is there now, or later while others save, and resolves to the file's absolute path. */
export function stateKeeper(file: string, simulation: Simulation): () => Promise<string> {
  let last: Promise<unknown> = Promise.resolve()
  return () => {
    const saved = last.then(() => saveStateFile(file, simulation))
    last = saved.catch(() => undefined)
    return saved.then(() => resolve(file))
  }
}
