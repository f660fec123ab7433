/** The levels at which policies and bindings live, as the paths of the policy service name them. */
import type { Account } from '../account.ts'
import { badRequest, forbidden, notFound } from '../rejection.ts'
import type { Level } from './objects.ts'

export const globalLevel: Level = { type: 'global', id: 'global' }

export const accountLevel = (account: Account): Level => ({ type: 'account', id: account.uuid })

/** The level a path names. Another account's id is not ours to see; an unknown environment does not exist. */
export function levelAt(account: Account, type: string, id: string): Level {
  switch (type) {
    case 'global':
      if (id !== 'global') throw notFound(`Level global/${id} not found`)
      return globalLevel
    case 'account':
      if (id !== account.uuid) throw forbidden()
      return accountLevel(account)
    case 'environment':
      if (!account.environments.has(id)) throw notFound(`Level environment/${id} not found`)
      return { type, id }
    default:
      throw badRequest(`Level type ${type} is not valid`)
  }
}

/** Binding calls on an inactive environment are refused. */
export function checkActive(account: Account, level: Level): void {
  if (level.type !== 'environment') return
  if (account.environments.get(level.id)?.active !== true) {
    throw forbidden(`Environment ${level.id} is not active`)
  }
}
