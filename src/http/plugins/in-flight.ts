/** Bounds how many requests are under way at once, so that no burst of an import can fill the memory. */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { ScimError } from '../../scim/error.ts'

export const defaultInFlight = 1_000

/** A whole number, which Okta obeys to the second; for anything else it waits five minutes. */
const RETRY_AFTER_SECONDS = 2

/**
 * Answers 429 with Retry-After, before a body is read, while `limit` requests to routes of `app` are under way.
 * A request whose client went away counts for as long as its work goes on.
 */
export function registerInFlight(app: FastifyInstance, limit: number = defaultInFlight): void {
  const answered = new WeakSet<FastifyReply>()
  const abandoned = new WeakSet<FastifyReply>()
  let underWay = 0

  app.addHook('onRequest', (request, reply, done) => {
    if (underWay >= limit) {
      reply.header('retry-after', String(RETRY_AFTER_SECONDS))
      done(new ScimError(429, undefined, busy(limit)))
      return
    }
    underWay += 1
    reply.raw.once('close', () => {
      // A body that never came to its end was never worked on.
      if (answered.has(reply) || !request.raw.complete) underWay -= 1
      else abandoned.add(reply)
    })
    done()
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    answered.add(reply)
    if (abandoned.delete(reply)) underWay -= 1
    done()
  })
}

const busy = (limit: number): string =>
  `${limit} requests are under way already, which is as many as the bridge takes: send this one again in ${RETRY_AFTER_SECONDS} seconds.`
