/** Environments of the account. They come and go with contracts, never by an API call. */
import type { Account } from '../account.ts'
import type { Environment } from './objects.ts'

export function addEnvironment(account: Account, environment: Environment): void {
  account.environments.set(environment.id, environment)
}

/** The address of an environment's own API. */
export const environmentUrl = (environment: Environment): string =>
  `https://${environment.id}.live.dynatrace.com`
