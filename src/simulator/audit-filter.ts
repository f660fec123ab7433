/** The filter of the audit API. Letter case does not count: the vendor writes `Policy` and stores `POLICY`. */
import type { AuditEvent } from './audit.ts'
import { type FilterLanguage, filterExpression } from './filter-expression.ts'

/** `details` and `eventId` are not among the fields. */
const language: FilterLanguage = {
  fields: {
    timestamp: 'time',
    ...Object.fromEntries(
      [
        'accountUuid',
        'user',
        'eventProvider',
        'eventType',
        'resource',
        'resourceName',
        'resourceId',
        'authenticationClientId',
        'authenticationGrantType',
        'authenticationToken',
        'authenticationType',
        'eventOutcome',
        'eventReason',
        'eventVersion',
        'environmentUuid',
        'originAddress',
        'originSession',
        'originType',
        'originXForwardedFor',
        'userOrganization',
      ].map(name => [name, 'text' as const]),
    ),
  },
  exactCase: false,
  exists: false,
  maxLength: 256,
  maxDepth: 50,
}

/** At most 256 characters, e.g. `resource = 'GROUP' and resourceId = 'c7a1…'`. */
export function auditFilter(text: string | undefined): (event: AuditEvent) => boolean {
  const passes = filterExpression(text ?? '', language)
  return event =>
    passes(field => {
      // The language lets no other name through than those of fields.
      const value: unknown = Reflect.get(event, field)
      return typeof value === 'string' ? value : undefined
    })
}
