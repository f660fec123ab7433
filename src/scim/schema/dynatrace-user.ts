/** What the Dynatrace account says of a user: our own extension, which clients only read. */
import { attribute, type Schema } from './attribute.ts'

/**
 * Shown on request alone: IdPs compare answers with what they sent, and what happens in the account must
 * change neither a resource nor its version.
 */
const fact = { mutability: 'readOnly', returned: 'request' } as const

export const dynatraceUserSchema: Schema = {
  id: 'urn:ietf:params:scim:schemas:extension:dynatrace:2.0:User',
  name: 'DynatraceUser',
  description: 'The user in the Dynatrace account',
  attributes: [
    attribute('uid', 'string', 'The uid of the user in Dynatrace.', { ...fact, caseExact: true }),
    attribute('status', 'string', 'The status of the user in Dynatrace, such as ACTIVE or PENDING.', fact),
    attribute('lastSignIn', 'dateTime', 'When the user last signed in to Dynatrace.', fact),
    attribute('environments', 'string', 'The environments in which the user has access.', {
      ...fact,
      multiValued: true,
      caseExact: true,
    }),
    attribute('lastSync', 'dateTime', 'When the user was last found, or brought, in step.', fact),
    attribute('lastSyncError', 'string', 'Why the last attempt to bring the user in step failed.', fact),
  ],
}
