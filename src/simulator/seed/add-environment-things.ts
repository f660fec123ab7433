/** Adds tokens and documents to the environments of an account, with the owners a seed names. */
import { addApiToken } from '../account/api-tokens.ts'
import { createDocument } from '../account/documents.ts'
import { levelNamed, userNamed } from '../account/named.ts'
import { addPlatformToken } from '../account/platform-tokens.ts'
import { fixedSecret, newSecret, type Secret } from '../account/secret.ts'
import type { Account } from '../account.ts'
import type { Addition } from './addition.ts'

/** Users and environments must be there already. */
export function addEnvironmentThings(
  account: Account,
  given: Pick<Addition, 'apiTokens' | 'platformTokens' | 'documents'>,
): void {
  for (const { label, environment, ...token } of given.apiTokens) {
    const environmentId = levelNamed(account, environment).id
    addApiToken(account, { ...token, environmentId }, secretFor('dt0c01', label))
  }
  for (const { label, user, environments, ...token } of given.platformTokens) {
    const resource = environments.map(name => `urn:dtenvironment:${levelNamed(account, name).id}`)
    const userUuid = userNamed(account, user).uid
    const rest = { expirationDate: token.expirationDate, userUuid }
    addPlatformToken(account, { ...token, ...rest, resource }, secretFor('dt0s16', label))
  }
  for (const { environment, owner, ...document } of given.documents) {
    const environmentId = levelNamed(account, environment).id
    // A uid may be of somebody who has left; an e-mail is looked up.
    const uid = owner.includes('@') ? userNamed(account, owner).uid : owner
    createDocument(account, { ...document, environmentId, owner: uid })
  }
}

/** Gives every environment an API token that may do everything with tokens and read the audit log. */
export function addAdminTokens(account: Account): void {
  for (const { id } of account.environments.values()) addAdminToken(account, id)
}

/** The admin API token of an environment: its secret is published and the same in every run. */
export const adminToken = (environmentId: string): string => adminSecret(environmentId).token

/** As `addAdminTokens` for one environment; without effect when it has the token already. */
export function addAdminToken(account: Account, environmentId: string): void {
  const secret = adminSecret(environmentId)
  if (account.apiTokens.has(secret.id)) return
  const scopes = ['apiTokens.read', 'apiTokens.write', 'auditLogs.read']
  const token = { environmentId, name: 'Simulator administration', owner: account.ownerEmail, scopes }
  addApiToken(account, token, secret)
}

const adminSecret = (environmentId: string): Secret =>
  fixedSecret('dt0c01', `ADMIN${environmentId.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')}`.slice(0, 24))

const secretFor = (prefix: string, label: string | undefined): Secret =>
  label === undefined ? newSecret(prefix) : fixedSecret(prefix, label)
