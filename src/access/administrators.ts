/** Which policies and roles are those of administrators, by name: what they allow goes beyond any team's data. */
import { foldKey } from '../lib/fold.ts'

/** Roles that let somebody give rights, or change how the account or an environment works. */
const ROLES: ReadonlySet<string> = new Set([
  'account-user-management',
  'account-saml-flexible-federation',
  'tenant-manage-settings',
])

/** Names of Dynatrace's own policies for administrators, and of those that say so themselves. */
export const isAdministratorPolicy = (name: string): boolean =>
  /(^|[^\p{L}\p{N}])admin(istrator)?s?([^\p{L}\p{N}]|$)/u.test(foldKey(name))

export const isAdministratorRole = (role: string): boolean => ROLES.has(role)
