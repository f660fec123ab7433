/** `/_simulator/faults`: makes calls fail, one by one on order or many of them by script. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { faultKinds, usualLagMs } from '../fault.ts'
import { survivable } from '../fault-script.ts'
import { notFound } from '../rejection.ts'
import { read } from '../routes/body.ts'
import type { Simulation } from '../simulation.ts'

const path = z.string().refine(isPattern, 'is neither the start of a path nor a regular expression')

const match = z.strictObject({ method: z.string().optional(), path: path.optional() }).default({})

const order = z.strictObject({
  match,
  fault: z.enum(faultKinds),
  status: z.number().int().min(200).max(599).optional(),
  retryAfter: z.number().min(0).optional(),
  delayMs: z.number().min(0).optional(),
  lagMs: z.number().min(0).max(60_000).optional(),
  uses: z.number().int().min(0).optional(),
  times: z.number().int().min(1).default(1),
})

/** What a script leaves out is such that tests stay quick. */
const scriptOrder = z.strictObject({
  seed: z.int().default(1),
  rate: z.number().min(0).max(1).default(0.2),
  kinds: z
    .array(z.enum(faultKinds))
    .min(1)
    .default([...survivable]),
  match,
  calls: z.int().min(1).optional(),
  delayMs: z.number().min(0).max(60_000).default(50),
  retryAfter: z.number().min(0).default(0),
  lagMs: z.number().min(0).max(60_000).default(usualLagMs),
  uses: z.number().int().min(0).default(1),
})

export function faultRoutes(app: FastifyInstance, { faults }: Simulation): void {
  app.get('/_simulator/faults', async () => ({ faults: faults.list(), script: faults.script() ?? null }))

  app.post('/_simulator/faults', async (request, reply) => {
    const given = read(order, request.body)
    // Only the token endpoint gives tokens, so that it need not be named.
    const path = given.fault === 'short-lived-token' ? '/sso/' : undefined
    return reply.code(201).send(faults.add({ ...given, match: { path, ...given.match } }))
  })

  app.delete('/_simulator/faults', async (_request, reply) => {
    faults.clear()
    return reply.code(204).send()
  })

  app.get('/_simulator/faults/script', async () => {
    const script = faults.script()
    if (script === undefined) throw notFound('No fault script runs. POST one to /_simulator/faults/script')
    return script
  })

  app.post('/_simulator/faults/script', async (request, reply) =>
    reply.code(201).send(faults.follow(read(scriptOrder, request.body ?? {}))),
  )

  app.delete('/_simulator/faults/script', async (_request, reply) => {
    faults.endScript()
    return reply.code(204).send()
  })
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text)
    return true
  } catch {
    return false
  }
}
