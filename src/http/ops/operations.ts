/** The operators' side of the server: health, metrics, runs, drift, access, journal. */

import type { FastifyInstance } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { registerAccess } from './access.ts'
import { registerAccessDiff } from './access-diff.ts'
import { registerAccessMatrix } from './access-matrix.ts'
import { requireAdminToken } from './admin-auth.ts'
import { registerAdoption } from './adoption.ts'
import { registerChoices } from './choices.ts'
import { registerControls } from './controls.ts'
import { registerApprovals, registerDecisions } from './decisions.ts'
import { registerDesired } from './desired.ts'
import { registerDrift } from './drift.ts'
import { answerOperationsError, answerUnknownRoute } from './error-answer.ts'
import { registerFindings } from './findings.ts'
import { registerHealth } from './health.ts'
import { registerHistory } from './history.ts'
import { registerJournal } from './journal.ts'
import { registerJournalRecord } from './journal-record.ts'
import { registerOpenapi } from './openapi.ts'
import { registerOwnership } from './ownership.ts'
import type { OperationsParts } from './parts.ts'
import { registerRollback } from './rollback.ts'
import { registerRunEvents } from './run-events.ts'
import { registerRuns } from './runs.ts'
import { registerWhatIf } from './what-if.ts'
import { registerWhoCan } from './who-can.ts'

/** Everything is set in a scope of its own, so that SCIM routes carry neither zod compilers nor these error bodies. */
export async function registerOperations(app: FastifyInstance, parts: OperationsParts): Promise<void> {
  await app.register((scope, _options, done) => {
    const routes = scope.withTypeProvider<ZodTypeProvider>()
    routes.setValidatorCompiler(validatorCompiler)
    routes.setSerializerCompiler(serializerCompiler)
    routes.setErrorHandler(answerOperationsError)
    registerOpenapi(routes)
    routes.register((open, _, loaded) => {
      registerHealth(open.withTypeProvider<ZodTypeProvider>(), parts)
      loaded()
    })
    routes.register(
      (guarded, _, loaded) => {
        registerGuarded(guarded, parts)
        loaded()
      },
      { prefix: '/api/v1' },
    )
    done()
  })
}

function registerGuarded(scope: FastifyInstance, parts: OperationsParts): void {
  const routes = scope.withTypeProvider<ZodTypeProvider>()
  requireAdminToken(scope, parts.adminToken)
  routes.setNotFoundHandler(answerUnknownRoute)
  registerRuns(routes, parts)
  registerRunEvents(routes, parts)
  registerDecisions(routes, parts)
  registerApprovals(routes, parts)
  registerControls(routes, parts)
  registerChoices(routes, parts)
  registerRollback(routes, parts)
  registerDrift(routes, parts)
  registerFindings(routes, parts)
  registerAccess(routes, parts)
  registerWhatIf(routes, parts)
  registerWhoCan(routes, parts)
  registerAccessDiff(routes, parts)
  registerAccessMatrix(routes, parts)
  registerDesired(routes, parts)
  registerJournal(routes, parts)
  registerJournalRecord(routes, parts)
  registerHistory(routes, parts)
  registerOwnership(routes, parts)
  registerAdoption(routes, parts)
}
