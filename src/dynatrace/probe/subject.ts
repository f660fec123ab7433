/**
 * The user that the OAuth client acts as. Its scopes count only as far as this user's own permissions reach, and the
 * groups that these come from must stay as they are.
 */
import type { AccountUser, Dynatrace } from '../dynatrace.ts'
import { isServiceUser } from '../types/user.ts'
import { UpstreamError } from '../upstream-error.ts'
import { type Check, fault, ok, warning } from './check.ts'
import type { Facts } from './facts.ts'
import { unread } from './sight.ts'

const PERMISSION = 'account-user-management ("View and manage users and groups")'

export interface Subject {
  readonly user: AccountUser | undefined
  readonly checks: readonly Check[]
}

/** `uid`: as the token says it. */
export async function checkSubject(
  uid: string | undefined,
  facts: Facts,
  dynatrace: Dynatrace,
): Promise<Subject> {
  const users = await facts.users().catch((error: unknown) => error)
  if (!Array.isArray(users)) return { user: undefined, checks: [unlisted(users, uid, dynatrace.accountId)] }
  const permitted = ok('subject.permission', `It may view and manage users and groups.`)
  if (uid === undefined) {
    const says =
      'The token does not say which user it acts as, so that its groups cannot be kept out of harm.'
    const remedy = 'Name that user and its groups under "protect" in bridge.yaml.'
    return { user: undefined, checks: [warning('subject', says, remedy), permitted] }
  }
  const user: AccountUser | undefined = users.find(each => each.uid === uid)
  if (user === undefined) {
    const says = `The token acts as ${uid}, who is not among the users of the account.`
    const remedy = 'Give the OAuth client a subject user of this account, best a service user of its own.'
    return { user, checks: [warning('subject', says, remedy), permitted] }
  }
  return { user, checks: [await identity(user, facts), permitted, await home(user, facts, dynatrace)] }
}

function unlisted(error: unknown, uid: string | undefined, accountId: string): Check {
  const who = uid === undefined ? 'The subject user of the OAuth client' : `The subject user ${uid}`
  if (error instanceof UpstreamError && error.failure === 'forbidden') {
    return fault(
      'subject.permission',
      `${who} may not see the users of the account, though the scope account-idm-read is there (403).`,
      `Give it the permission ${PERMISSION} in the account ${accountId}: put it into a group that has it.`,
    )
  }
  if (error instanceof UpstreamError && error.failure === 'not-found') {
    return fault('account', `There is no account ${accountId} (404).`, 'Correct DT_ACCOUNT_UUID.')
  }
  return unread('subject', who, error)
}

async function identity(user: AccountUser, facts: Facts): Promise<Check> {
  const { email, status } = user
  if (status !== 'ACTIVE') {
    return fault(
      'subject',
      `The OAuth client acts as ${email}, whose status is ${status}.`,
      'Activate that user, or give the client another subject user.',
    )
  }
  if (isServiceUser(user)) {
    const all = await facts.serviceUsers().catch(() => [])
    const name = all.find(({ uid }) => uid === user.uid)?.name
    return ok(
      'subject',
      `Acts as the service user ${name === undefined ? email : `"${name}" (${email})`}, active.`,
    )
  }
  return warning(
    'subject',
    `The OAuth client acts as ${email}, a person: when that person leaves, the bridge stops.`,
    'Make a service user, give it the same group, and make it the subject user of the client.',
  )
}

/** Where its permissions come from. */
async function home(user: AccountUser, facts: Facts, dynatrace: Dynatrace): Promise<Check> {
  try {
    const [held, groups] = await Promise.all([dynatrace.users.get(user.email), facts.groups()])
    const ids = new Set(held?.groupIds)
    const names = groups
      .filter(({ id, owner }) => ids.has(id) && owner !== 'ALL_USERS')
      .map(each => each.name)
    if (names.length === 0) return ok('subject.groups', 'It is in no group but that of all users.')
    const listed = names.map(name => `"${name}"`).join(', ')
    return ok(
      'subject.groups',
      `It lives on ${listed}; the bridge never touches ${names.length === 1 ? 'that group' : 'these groups'}.`,
    )
  } catch (error) {
    return unread('subject.groups', 'groups of the subject user', error)
  }
}
