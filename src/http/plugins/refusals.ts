/** Hands on the refusals that operators should see, behind the back of the answer. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { SeenRefusal } from '../../directory/refusals.ts'
import { ScimError } from '../../scim/error.ts'

/** Must be called before any route is registered. `onRefusal` returns at once and does not throw. */
export function registerRefusals(app: FastifyInstance, onRefusal: (refusal: SeenRefusal) => void): void {
  app.addHook('onError', (request, _reply, error, done) => {
    const refusal = refusalIn(error, { requestId: request.id, groupId: groupOf(request) })
    if (refusal !== undefined) onRefusal(refusal)
    done()
  })
}

/**
 * What of an error operators should see, if anything. `groupId` is the group that was to be changed: a refusal that
 * does not say itself what it is about is about that group, or no matter for operators.
 */
export function refusalIn(
  thrown: unknown,
  at: { readonly requestId: string; readonly groupId: string | undefined },
): SeenRefusal | undefined {
  if (!(thrown instanceof ScimError) || thrown.refusal === undefined) return undefined
  const { kind, subject = at.groupId } = thrown.refusal
  return subject === undefined
    ? undefined
    : { kind, subject, detail: thrown.message, requestId: at.requestId }
}

/** Only of requests to one group, by the pattern of the route. */
function groupOf({ routeOptions, params }: FastifyRequest): string | undefined {
  if (routeOptions.url?.endsWith('/Groups/:id') !== true) return undefined
  const id: unknown =
    params !== null && typeof params === 'object' ? Object.getOwnPropertyDescriptor(params, 'id')?.value : ''
  return typeof id === 'string' ? id : undefined
}
