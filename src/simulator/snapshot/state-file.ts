/** Snapshots in a file. It is written beside and then renamed: a process that dies meanwhile leaves the old one whole. */
import { open, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Clock } from '../../lib/clock.ts'
import { BridgeError, messageOf } from '../../lib/errors.ts'
import type { Simulation } from '../simulation.ts'
import { type Loaded, loadSnapshot } from './load.ts'
import { takeSnapshot } from './take.ts'

/** A state file that cannot be read or written. The message names the file and the remedy. */
class StateFileError extends BridgeError {
  override readonly name = 'StateFileError'

  constructor(file: string, problem: string) {
    super('simulator-state-file', `State file ${resolve(file)} ${problem}`)
  }
}

/** Undefined when there is no such file yet. */
export async function loadStateFile(file: string, clock: Clock): Promise<Loaded | undefined> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined
    throw new StateFileError(file, `cannot be read: ${messageOf(error)}`)
  })
  if (text === undefined) return undefined
  try {
    return loadSnapshot(JSON.parse(text), clock)
  } catch (error) {
    throw new StateFileError(
      file,
      `holds no account that can be loaded: ${messageOf(error)}. Name another file, or move this one away`,
    )
  }
}

/** Saves the state of this moment. Saves of one file must not overlap. */
export async function saveStateFile(file: string, simulation: Simulation): Promise<void> {
  const text = `${JSON.stringify(takeSnapshot(simulation))}\n`
  const beside = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`)
  try {
    const handle = await open(beside, 'w', 0o600)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(beside, file)
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined)
    throw new StateFileError(
      file,
      `cannot be written: ${messageOf(error)}. Is its folder there and writable?`,
    )
  }
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined
