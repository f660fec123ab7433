/** Which feature needs which scope of the OAuth client, and what does not work without it. */
import type { Grant } from '../scopes.ts'

export interface Need {
  readonly scope: string
  /** Which of the client's tokens it goes into; those of an environment are asked for with the environment. */
  readonly grant: Grant
  readonly feature: string
  /** A sentence's end, after "without it". */
  readonly without: string
  /** Scopes that together allow the same to other clients; one granted alone is worth mentioning. */
  readonly finer?: readonly string[]
}

/** In the order in which people give them. */
export const NEEDS: readonly Need[] = [
  {
    scope: 'account-idm-read',
    grant: 'account',
    feature: 'users, groups and memberships',
    without: 'nothing in the account can be compared',
  },
  {
    scope: 'account-idm-write',
    grant: 'account',
    feature: 'users, groups and memberships',
    without: 'nobody is invited, put into a group or taken out of one',
  },
  {
    scope: 'account-env-read',
    grant: 'account',
    feature: 'environments',
    without: 'it is not known where rights can be given',
  },
  {
    scope: 'iam-policies-management',
    grant: 'account',
    feature: 'policies, boundaries and bindings',
    without: 'no group is given any right',
    finer: [
      'iam:policies:read',
      'iam:policies:write',
      'iam:bindings:read',
      'iam:bindings:write',
      'iam:boundaries:read',
      'iam:boundaries:write',
      'iam:limits:read',
      'iam:effective-permissions:read',
    ],
  },
  {
    scope: 'account-audit-logs-read',
    grant: 'audit',
    feature: 'who made a hand edit',
    without: 'drift is found and repaired, but not who caused it',
  },
  {
    scope: 'platform-token:tokens:manage',
    grant: 'platformTokens',
    feature: 'platform tokens of leavers',
    without: 'the platform tokens of people who left are not found or disabled',
  },
  {
    scope: 'environment-api:api-tokens:read',
    grant: 'apiTokens',
    feature: 'environment API tokens of leavers',
    without: 'the access tokens of people who left are not found',
  },
  {
    scope: 'environment-api:api-tokens:write',
    grant: 'apiTokens',
    feature: 'environment API tokens of leavers',
    without: 'the access tokens of people who left are not disabled',
  },
  {
    scope: 'document:documents:read',
    grant: 'documents',
    feature: 'documents of leavers',
    without: 'the dashboards and notebooks of people who left are not found',
  },
  {
    scope: 'document:documents:write',
    grant: 'documents',
    feature: 'documents of leavers',
    without: 'the dashboards and notebooks of people who left are not handed over',
  },
  {
    scope: 'document:documents:admin',
    grant: 'documents',
    feature: 'documents of leavers',
    without: 'private dashboards and notebooks of people who left are neither found nor handed over',
  },
]

/** Whether its tokens are for one environment. */
export const isOfEnvironment = ({ grant }: Pick<Need, 'grant'>): boolean =>
  grant === 'apiTokens' || grant === 'documents'

/** Whether the bridge can do nothing without it. */
export const isVital = ({ grant }: Pick<Need, 'grant'>): boolean => grant === 'account'
