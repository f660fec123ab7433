/**
 * What a request costs in a large directory, over what it costs in a small one: `node test/bench/scale.ts`.
 *
 * Both are asked in turns, so that what else the machine does meets both alike; a line is the median of its rounds.
 * `BENCH_SCALE=0.1` makes the large one a tenth.
 */
import { Pool } from 'undici'
import { readBigGroup } from './big-group.ts'
import type { Size } from './directory.ts'
import { fullPass } from './full-pass.ts'
import { lines, measure } from './lines.ts'
import { memoryOf, type Server, startServer } from './servers.ts'

const ROUNDS = 5
const scale = Number(process.env.BENCH_SCALE ?? 1)

// As many groups a person as in the large one, or a page would tell of those.
const small: Size = ofManyGroups(2_000, 100, 20_000)
const large: Size = ofManyGroups(100_000 * scale, Math.round(5_000 * scale), 1_000_000 * scale)

async function compare(one: Server, other: Server): Promise<void> {
  say(`small: ${described(one.size)}`)
  say(`large: ${described(other.size)}\n`)
  const servers = [one, other] as const
  row('', 'small', 'large', 'large/small')
  pair('start, s', [one.startSeconds, other.startSeconds])
  pair('resident at the start, MiB', await each(servers, async server => (await memoryOf(server)).now))
  const pools = servers.map(({ url }) => new Pool(url, { connections: 16 }))
  for (const line of lines) {
    const rounds: (readonly number[])[] = []
    for (let round = 0; round <= ROUNDS; round += 1) {
      const times: number[] = []
      for (const [nth, { size }] of servers.entries()) {
        const pool = pools[nth]
        if (pool !== undefined) times.push(await measure(line, pool, size, round))
      }
      // The first warms up.
      if (round > 0) rounds.push(times)
    }
    pair(`${line.name}, ms`, [median(rounds.map(([a = 0]) => a)), median(rounds.map(([, b = 0]) => b))])
  }
  pair('resident after these, MiB', await each(servers, async server => (await memoryOf(server)).now))
  await each(servers, readBigGroup)
  const readings = await each(servers, readBigGroup)
  figures(readings, {
    'biggest group: first byte, ms': reading => reading.firstByteMs,
    'biggest group: whole, ms': reading => reading.totalMs,
    'biggest group: others wait, ms': reading => reading.heldMs,
    'biggest group: MB': reading => reading.bytes / 1e6,
  })
  const passes = await each(servers, fullPass)
  figures(passes, {
    'full pass: s': pass => pass.seconds,
    'full pass: steps': pass => pass.steps,
    'full pass: others wait, ms': pass => pass.heldMs,
    'full pass: resident at most, MiB': pass => pass.peakMiB,
    'full pass: resident after it, MiB': pass => pass.afterMiB,
  })
  say(`\nthe passes ended: ${passes.map(({ status }) => status).join(', ')}`)
  await each(servers, server => server.close())
}

/** One group of ten, one of a half and one of all of the people, and many of equal size that make up the rest. */
function ofManyGroups(users: number, groups: number, members: number): Size {
  const rest = groups - 3
  const left = members - 10 - users / 2 - users
  const sizes = Array.from(
    { length: rest },
    (_, nth) => Math.floor(left / rest) + (nth < left % rest ? 1 : 0),
  )
  return { users, groups: [10, users / 2, users, ...sizes] }
}

const described = ({ users, groups }: Size): string =>
  `${users} users, ${groups.length} groups, ${groups.reduce((sum, count) => sum + count, 0)} memberships`

async function each<T>(
  servers: readonly [Server, Server],
  get: (server: Server) => Promise<T>,
): Promise<[T, T]> {
  return [await get(servers[0]), await get(servers[1])]
}

/** A row for each figure that both have. */
function figures<T>([a, b]: readonly [T, T], rows: Readonly<Record<string, (value: T) => number>>): void {
  for (const [name, get] of Object.entries(rows)) pair(name, [get(a), get(b)])
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

function pair(name: string, [a, b]: readonly [number, number]): void {
  row(name, figure(a), figure(b), a === 0 ? '' : figure(b / a))
}

const figure = (value: number): string => value.toFixed(value < 10 ? 2 : 0)

function row(name: string, ...cells: readonly string[]): void {
  say(name.padEnd(36) + cells.map(cell => cell.padStart(12)).join(''))
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

// Last, so that everything above is there.
await compare(await startServer(small), await startServer(large))
process.exit()
