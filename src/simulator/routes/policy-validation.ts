/**
 * Validation of policies without storing them: `…/policies/validation`, with an id for one that exists. Announced to
 * disappear: it says so in headers, and answers 410 from that day on.
 */
import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { levelAt } from '../account/levels.ts'
import { createPolicy, policyAt, replacePolicy } from '../account/policies.ts'
import type { Account } from '../account.ts'
import { notFound, Rejection } from '../rejection.ts'
import type { Simulation } from '../simulation.ts'
import { read, uuidIn } from './body.ts'

const policyBody = z.object({ name: z.string(), description: z.string(), statementQuery: z.string() })

/** Nobody's change: no trace in the audit trail. */
const seed = { kind: 'seed' } as const

const deprecatedSince = new Date('2026-06-15T00:00:00Z')
const goneFrom = new Date('2027-01-11T00:00:00Z')

interface AtLevel {
  levelType: string
  levelId: string
}

export function policyValidationRoutes(app: FastifyInstance, simulation: Simulation): void {
  const path = '/iam/v1/repo/:levelType/:levelId/policies/validation'
  const reading = { config: { scopes: ['iam-policies-management', 'iam:policies:read'] } }

  app.post<{ Params: AtLevel }>(path, reading, async (request, reply) => {
    announce(simulation, reply)
    const level = ownLevel(simulation, request.params)
    createPolicy(rehearsal(simulation), seed, level, read(policyBody, request.body))
    return { warnings: [] }
  })

  app.post<{ Params: AtLevel & { policy: string } }>(`${path}/:policy`, reading, async (request, reply) => {
    announce(simulation, reply)
    const level = ownLevel(simulation, request.params)
    const policy = policyAt(simulation.account, level, uuidIn(request.params.policy))
    replacePolicy(rehearsal(simulation), seed, policy, read(policyBody, request.body))
    return { warnings: [] }
  })
}

/** Policies of its own over the same account: what would be refused is refused, and nothing is kept. */
const rehearsal = ({ account }: Simulation): Account => ({ ...account, policies: new Map(account.policies) })

function announce(simulation: Simulation, reply: FastifyReply): void {
  reply.header('deprecation', `@${deprecatedSince.getTime() / 1000}`)
  reply.header('sunset', goneFrom.toUTCString())
  if (simulation.clock.now() >= goneFrom) {
    throw new Rejection(410, 'Validation has been removed: create and update validate by themselves')
  }
}

function ownLevel({ account }: Simulation, { levelType, levelId }: AtLevel) {
  const level = levelAt(account, levelType, levelId)
  if (level.type === 'global') throw notFound('Level global/global is read-only')
  return level
}
