/** Reads a big group while something else is asked all the time: how long does that have to wait? */
import { Pool } from 'undici'
import { groupId } from './directory.ts'
import { BIGGEST } from './lines.ts'
import { SCIM_TOKEN, type Server } from './servers.ts'

export interface Reading {
  readonly firstByteMs: number
  readonly totalMs: number
  /** The longest that a request for health waited meanwhile: how long the event loop was held at most. */
  readonly heldMs: number
  readonly bytes: number
}

export async function readBigGroup(server: Server): Promise<Reading> {
  const pool = new Pool(server.url)
  const trickle = startTrickle(server)
  await trickle.warm
  const began = performance.now()
  const answer = await pool.request({
    method: 'GET',
    path: `/scim/v2/Groups/${groupId(BIGGEST)}`,
    headers: { authorization: `Bearer ${SCIM_TOKEN}` },
  })
  let firstByteMs = 0
  let bytes = 0
  for await (const chunk of answer.body) {
    if (bytes === 0) firstByteMs = performance.now() - began
    bytes += Buffer.byteLength(chunk)
  }
  const totalMs = performance.now() - began
  const heldMs = await trickle.stop()
  await pool.close()
  return { firstByteMs, totalMs, heldMs, bytes }
}

/** One request for health after the other; `stop` answers the longest wait since it was warm, in milliseconds. */
export function startTrickle({ url }: Pick<Server, 'url'>) {
  const pool = new Pool(url, { connections: 1 })
  let longest = 0
  let stopped = false
  const ask = async () => {
    const sent = performance.now()
    await (await pool.request({ method: 'GET', path: '/health/live' })).body.dump()
    return performance.now() - sent
  }
  const warm = (async () => {
    for (let nth = 0; nth < 50; nth += 1) await ask()
  })()
  const ended = (async () => {
    await warm
    while (!stopped) {
      longest = Math.max(longest, await ask())
      await new Promise(resolve => setTimeout(resolve, 2))
    }
    await pool.close()
  })()
  return {
    warm,
    async stop(): Promise<number> {
      stopped = true
      await ended
      return longest
    },
  }
}
