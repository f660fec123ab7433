/** The rate limit of the account API: so many calls in each second of the clock, whoever makes them. Off unless switched on. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { Rejection } from './rejection.ts'
import { seededRandom } from './seeded-random.ts'
import type { Simulation } from './simulation.ts'
import type { Switches } from './switches.ts'

/** One second of the clock. */
interface Window {
  readonly second: number
  /** Calls of the second that are left to our client. */
  remaining: number
}

export function limitRate(app: FastifyInstance, simulation: Simulation): void {
  let window: Window | undefined
  let drawn: { readonly seed: number; readonly next: () => number } | undefined

  app.addHook('onRequest', async (_request, reply) => {
    const { switches } = simulation
    if (switches.rateLimit === 0) {
      window = undefined
      return
    }
    const second = Math.floor(simulation.clock.now().getTime() / 1_000)
    if (window?.second !== second)
      window = { second, remaining: switches.rateLimit - takenByOthers(switches) }
    const refused = window.remaining < 1
    if (!refused) window.remaining -= 1
    describe(reply, switches, window)
    if (!refused) return
    // The next second is never more than one away, and the header knows whole ones only.
    if (switches.rateLimitRetryAfter === 'on') reply.header('retry-after', '1')
    throw new Rejection(429, 'Too many requests')
  })

  /** The limit is the account's: with a seed, up to half of a second's calls are other clients'. */
  function takenByOthers({ chance, rateLimit }: Switches): number {
    if (chance === 0) {
      drawn = undefined
      return 0
    }
    if (drawn?.seed !== chance) drawn = { seed: chance, next: seededRandom(chance) }
    return Math.floor((drawn.next() * rateLimit) / 2)
  }
}

function describe(reply: FastifyReply, switches: Switches, { second, remaining }: Window): void {
  if (switches.rateLimitHeaders === 'none') return
  const unit = switches.rateLimitHeaders === 'seconds' ? 1 : 1_000_000
  reply.header('x-ratelimit-limit', String(switches.rateLimit))
  reply.header('x-ratelimit-remaining', String(remaining))
  reply.header('x-ratelimit-reset', String((second + 1) * unit))
}
