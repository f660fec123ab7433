/** Permissions on data in Grail, which is read through buckets (Dynatrace: assign permissions in Grail). */
import { conditionsOf, supports } from '../catalogue.ts'

/** Without it the permission on a table reads nothing. */
export const bucketPermission = 'storage:buckets:read'

/** Grail has no management zones; the security context restricts records by who owns them. */
export const managementZone = 'environment:management-zone'

const tableName = /^storage:[\w.]+:read$/
const noTables: readonly string[] = [bucketPermission, 'storage:fieldsets:read']

/** Whether the permission reads a table whose records lie in buckets: it knows the condition on the bucket. */
export const isTable = (permission: string): boolean =>
  tableName.test(permission) &&
  !noTables.includes(permission) &&
  (conditionsOf(permission)?.includes('storage:bucket-name') ?? false)

/** Whether the permission reads data of Grail that a security context could restrict. */
export const hasSecurityContext = (permission: string): boolean =>
  permission.startsWith('storage:') &&
  conditionsOf(permission) !== undefined &&
  supports(permission, 'storage:dt.security_context')
