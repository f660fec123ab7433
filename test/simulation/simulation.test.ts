/**
 * Years of a company, by seeds: joiners, movers, leavers, hand edits, changes of bridge.yaml, faults of the account, crashes
 * and two instances on one database; the promises are checked after every event, by code of its own. A seed that fails is
 * played again, event by event, with `SIMULATION_SEED=<seed> npx tap test/simulation/simulation.test.ts`.
 */
import { createHash } from 'node:crypto'
import { type Test, test } from 'tap'
import { silentLog } from '../../src/lib/log.ts'
import { openStore } from '../../src/store/open.ts'
import { play } from './play.ts'

const ONLY = process.env.SIMULATION_SEED
const SEEDS = ONLY === undefined ? Number(process.env.SIMULATION_SEEDS ?? 6) : 1
const EVENTS = Number(process.env.SIMULATION_EVENTS ?? 120)
const FIRST = ONLY === undefined ? Number(process.env.SIMULATION_FIRST ?? 1) : Number(ONLY)

let played = 0
let days = 0

for (let seed = FIRST; seed < FIRST + SEEDS; seed += 1) {
  test(`seed ${seed}`, async t => {
    const trace = await simulated(t, seed)
    t.pass(`${trace.length} lines of history`)
  })
}

test('the same seed is the same history', async t => {
  const first = await simulated(t, FIRST)
  const again = await simulated(t, FIRST)
  t.equal(digest(again), digest(first))
})

test('how much was simulated', t => {
  t.comment(`${played} events over ${Math.round(days / 365)} years`)
  t.ok(played > 0)
  t.end()
})

async function simulated(t: Test, seed: number): Promise<readonly string[]> {
  // A second history of one test wipes what the first has left.
  const dataDir = t.testdir()
  const trace: string[] = []
  try {
    const { events, simulatedDays } = await play(t, {
      ...{ seed, events: EVENTS, trace },
      open: clock => openStore({ dataDir, databaseUrl: undefined, log: silentLog, clock }),
    })
    played += events
    days += simulatedDays
  } catch (error) {
    const command = `SIMULATION_SEED=${seed} SIMULATION_EVENTS=${EVENTS} npx tap test/simulation/simulation.test.ts`
    throw new Error(
      `seed ${seed}: ${error instanceof Error ? error.message : String(error)}\n${command}\n${trace.slice(-40).join('\n')}`,
      { cause: error },
    )
  }
  return trace
}

const digest = (lines: readonly string[]): string =>
  createHash('sha256').update(lines.join('\n')).digest('hex')
