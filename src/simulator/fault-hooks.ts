/** Makes ordered faults happen to API calls: before the call is handled, or to the answer on its way out. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { unreachable } from '../lib/errors.ts'
import { envelope, pathOf } from './errors.ts'
import type { Fault } from './fault.ts'
import type { Simulation } from './simulation.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The fault this request meets while it is handled, or after. */
    lateFault: Fault | undefined
  }
}

/** The two ways in which answers tell that they are a page: a key of the next one, or its number. */
const pageMarks = z.object({
  nextPageKey: z.string().nullish(),
  pageNumber: z.number().optional(),
  pageSize: z.number().optional(),
  totalCount: z.number().optional(),
})

export function injectFaults(app: FastifyInstance, simulation: Simulation): void {
  app.decorateRequest('lateFault', undefined)
  app.addHook('onRequest', async (request, reply) => {
    const fault = simulation.faults.take(request.method, request.url)
    if (fault === undefined) return
    simulation.log.info(
      { fault: fault.fault, method: request.method, path: pathOf(request) },
      'injecting a fault',
    )
    switch (fault.fault) {
      case 'status':
        return refuse(request, reply, fault.status ?? 500, 'Injected failure')
      case 'rate-limit':
        reply.header('retry-after', String(fault.retryAfter ?? 1))
        return refuse(request, reply, 429, 'Too many requests')
      case 'rate-limit-bare':
        return refuse(request, reply, 429, 'Too many requests')
      case 'expired-token':
        return refuse(request, reply, 401, 'Failed to validate access token.')
      case 'html':
        return reply
          .code(fault.status ?? 200)
          .type('text/html')
          .send('<!doctype html><title>Gateway</title><h1>Something went wrong</h1>')
      case 'cut':
        return cut(request, reply)
      case 'slow':
        return simulation.clock.sleep(fault.delayMs ?? 2_000)
      case 'truncate':
      case 'cut-after-write':
      case 'short-list':
      case 'short-page':
      case 'duplicate-items':
      case 'lagging-read':
      case 'short-lived-token':
        request.lateFault = fault
        return
      default:
        return unreachable(fault.fault)
    }
  })
  app.addHook('preSerialization', async (request, _reply, payload) =>
    request.lateFault === undefined ? payload : spoiled(request.lateFault, payload),
  )
  app.addHook('onSend', async (request, reply, payload) => {
    if (request.lateFault?.fault === 'cut-after-write') return cut(request, reply)
    if (request.lateFault?.fault !== 'truncate' || typeof payload !== 'string') return payload
    // The length has to fit the half, or the connection would hang instead of ending.
    const half = payload.slice(0, Math.floor(payload.length / 2))
    reply.header('content-length', Buffer.byteLength(half))
    return half
  })
}

function refuse(request: FastifyRequest, reply: FastifyReply, status: number, message: string): FastifyReply {
  return reply.code(status).send(envelope(pathOf(request), status, message))
}

/** Ends the connection without a word. */
function cut(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.hijack()
  request.raw.socket.destroy()
  return reply
}

function spoiled({ fault }: Fault, payload: unknown): unknown {
  if (fault === 'short-list') return withLists(payload, firstHalf)
  if (fault === 'short-page') return isFollowed(payload) ? withLists(payload, firstHalf) : payload
  if (fault === 'duplicate-items') return withLists(payload, list => [...list, ...list.slice(-1)])
  return payload
}

const firstHalf = (list: readonly unknown[]) => list.slice(0, Math.floor(list.length / 2))

/** Changes the lists of an answer; counts beside them stay. */
function withLists(payload: unknown, change: (list: readonly unknown[]) => readonly unknown[]): unknown {
  if (Array.isArray(payload)) return change(payload)
  if (payload === null || typeof payload !== 'object') return payload
  return Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [name, Array.isArray(value) ? change(value) : value]),
  )
}

/** Whether more pages come after this one. */
function isFollowed(payload: unknown): boolean {
  const page = pageMarks.safeParse(payload).data
  if (page === undefined) return false
  if (typeof page.nextPageKey === 'string') return true
  const { pageNumber, pageSize, totalCount } = page
  if (pageNumber === undefined || pageSize === undefined || totalCount === undefined) return false
  return pageNumber * pageSize < totalCount
}
