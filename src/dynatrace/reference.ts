/** What Dynatrace says of its own vocabulary. */
import { PermissionReference } from './api/reference.ts'
import type { Dynatrace } from './dynatrace.ts'
import { path } from './path.ts'
import type { Requests } from './request.ts'

export function reference(requests: Requests): Dynatrace['reference'] {
  return {
    permissions: () =>
      requests.ask(
        { operation: 'reference.permissions', method: 'GET', path: path`/ref/v1/account/permissions` },
        PermissionReference,
      ),
  }
}
