/** Whether the credentials are good, and for which account: what is asked for is taken back until it is granted. */
import type { AskToken, TokenOutcome } from './ask-token.ts'
import { type Check, fault, ok } from './check.ts'

export type Granted = Extract<TokenOutcome, { kind: 'granted' }>

export type Credentials =
  | { readonly kind: 'good'; readonly check: Check; readonly token: Granted }
  | { readonly kind: 'bad'; readonly check: Check }

const ID = 'credentials'

/** `scopes`: all that the client should have for the account. */
export async function checkCredentials(
  ask: AskToken,
  given: { readonly accountId: string; readonly clientId: string; readonly scopes: readonly string[] },
): Promise<Credentials> {
  const { accountId, clientId, scopes } = given
  const resource = `urn:dtaccount:${accountId}`
  const all = await ask({ scopes, resource })
  // One scope that was not granted fails the whole request: without any, all that is there is given.
  const bare = all.kind === 'refused' ? await ask({ resource }) : all
  if (bare.kind === 'unreachable') return { kind: 'bad', check: fault('sso', bare.says, bare.remedy) }
  if (bare.kind === 'granted') {
    if (bare.resource !== undefined && bare.resource !== resource) {
      return { kind: 'bad', check: otherAccount(given, bare.resource) }
    }
    const check = ok(ID, `The OAuth client ${clientId} is given tokens for the account ${accountId}.`)
    return { kind: 'good', check, token: bare }
  }
  const anywhere = await ask({})
  if (anywhere.kind === 'granted') return { kind: 'bad', check: otherAccount(given, anywhere.resource) }
  return { kind: 'bad', check: refused(clientId, bare) }
}

function otherAccount(
  { accountId, clientId }: { readonly accountId: string; readonly clientId: string },
  resource: string | undefined,
): Check {
  const theirs = /^urn:dtaccount:(.+)$/i.exec(resource ?? '')?.[1]
  const known = theirs !== undefined && theirs.toLowerCase() !== accountId.toLowerCase()
  return fault(
    'account',
    `The OAuth client ${clientId} is good, but not for the account ${accountId}: ${
      known ? `it belongs to the account ${theirs}` : 'it belongs to another one, or there is no such account'
    }.`,
    known
      ? `Set DT_ACCOUNT_UUID to ${theirs}, or DT_CLIENT_ID and DT_CLIENT_SECRET to a client of ${accountId}.`
      : 'Correct DT_ACCOUNT_UUID: Account Management shows it in its address and under Account settings.',
  )
}

function refused(clientId: string, { status, words }: Extract<TokenOutcome, { kind: 'refused' }>): Check {
  return fault(
    ID,
    `The OAuth client ${clientId} is given no token: ${`${status} ${words}`.trim()}.`,
    'Its secret was replaced, it was deleted, or its subject user is not active. See Account Management > ' +
      'Identity & access management > OAuth clients, and correct DT_CLIENT_ID and DT_CLIENT_SECRET.',
  )
}
