/** Lets the server close although a client never finishes what it began to send. */
import type { FastifyInstance } from 'fastify'

/** How long requests under way are waited for, in milliseconds. */
const PATIENCE_MS = 3_000

/** What is cut off then was not acknowledged. */
export function registerClosing(app: FastifyInstance): void {
  app.addHook('preClose', done => {
    const late = setTimeout(() => app.server.closeAllConnections(), PATIENCE_MS).unref()
    app.server.once('close', () => clearTimeout(late))
    done()
  })
}
