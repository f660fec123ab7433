/** What calls on bindings have in common: their levels, refused on inactive environments, and their filters. */
import type { BindingFilter } from '../account/bindings.ts'
import { checkActive, levelAt } from '../account/levels.ts'
import type { Level } from '../account/objects.ts'
import type { Account } from '../account.ts'
import { notFound } from '../rejection.ts'
import { type Query, single } from './body.ts'

export interface AtLevel {
  levelType: string
  levelId: string
}

/** The level of a call on bindings. */
export function bindingLevel(account: Account, params: AtLevel): Level {
  const level = levelAt(account, params.levelType, params.levelId)
  checkActive(account, level)
  return level
}

/** As `bindingLevel` for calls that change something: nothing is bound at the global level. */
export function writableBindingLevel(account: Account, params: AtLevel): Level {
  const level = bindingLevel(account, params)
  if (level.type === 'global') throw notFound('Level global/global is read-only')
  return level
}

/** `parameters[team]=a&metadata[by]=b`, with literal brackets in the keys. */
export function filterOf(query: Query): BindingFilter {
  const entries = (kind: string) =>
    Object.entries(query).flatMap(([key, value]): [string, string][] => {
      const name = key.startsWith(`${kind}[`) && key.endsWith(']') ? key.slice(kind.length + 1, -1) : ''
      return name === '' ? [] : [[name, single(value) ?? '']]
    })
  return {
    parameters: Object.fromEntries(entries('parameters')),
    metadata: Object.fromEntries(entries('metadata')),
  }
}

/** Whether a call means every binding that matches. */
export const forced = (query: Query): boolean => single(query.forceMultiple) === 'true'
