/** What can be done about a call that failed, by the cause that is likely behind it. */
import { GRANTS, type Grant } from './scopes.ts'
import type { UpstreamFailure } from './upstream-error.ts'

/** As whom and for what the call was made. */
export interface Caller {
  readonly accountId: string
  /** Uid of the user the OAuth client acts as, where the token said so. */
  readonly subject: string | undefined
  readonly grant: Grant
  /** Id of the environment that was called; undefined: the account. */
  readonly environment: string | undefined
  /** Whether something was read that is always there as long as the account is. */
  readonly readsWhatMustBe: boolean
}

/** To stand behind the words of Dynatrace; undefined where these say all there is. */
export function failureRemedy(failure: UpstreamFailure, caller: Caller | undefined): string | undefined {
  switch (failure) {
    case 'unauthorized':
      return 'Check DT_CLIENT_ID and DT_CLIENT_SECRET, and that the subject user of the OAuth client is active.'
    case 'forbidden':
      return caller === undefined ? 'Check the scopes of the OAuth client.' : forbiddenRemedy(caller)
    case 'not-found':
      return caller?.readsWhatMustBe
        ? `Check DT_ACCOUNT_UUID: ${caller.accountId} is no account of this OAuth client, unless what was asked for has just been deleted.`
        : undefined
    case 'rate-limited':
      return 'It will be tried again.'
    case 'unavailable':
      return 'It will be tried again; if this persists, check the network and status.dynatrace.com.'
    case 'malformed':
      return 'Check DT_API_URL and DT_SSO_URL, and whether a proxy answers in the place of Dynatrace.'
    case 'conflict':
    case 'rejected':
      return undefined
  }
}

/** The scopes of the client and the permissions of its subject user must both allow the call. */
function forbiddenRemedy({ accountId, subject, grant, environment }: Caller): string {
  const { scopes } = GRANTS[grant]
  const user = `the subject user ${subject === undefined ? '' : `${subject} `}of the OAuth client`
  if (environment !== undefined) {
    return (
      `Check that ${user} may do this in the environment ${environment}, that the client has the scopes ${scopes.join(', ')}, ` +
      'and that the environment is active.'
    )
  }
  return (
    `Check that ${user} has the permission ${permissionFor(grant)} in the account ${accountId}, ` +
    `that the client has the scopes ${scopes.join(', ')}, and that DT_ACCOUNT_UUID is the account it belongs to; ` +
    'an inactive environment is answered like this too.'
  )
}

/** What the subject user has to hold for it (Dynatrace: x-required-permissions). */
const permissionFor = (grant: Grant): string =>
  grant === 'audit'
    ? 'account-viewer ("View account")'
    : 'account-user-management ("View and manage users and groups")'
