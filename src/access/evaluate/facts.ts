/** What questions about access are answered from, and the places they are asked about. */
import type { DirectorySnapshot } from '../../directory/snapshot.ts'
import { foldKey } from '../../lib/fold.ts'
import type { Desired } from '../desired.ts'
import type { Place } from '../impact/side.ts'
import type { AccessModel } from '../model.ts'
import type { Texts } from './texts.ts'

export interface AccessFacts {
  /** The rules in force. */
  readonly model: AccessModel
  readonly desired: Desired
  readonly snapshot: DirectorySnapshot
  readonly texts: Texts
}

export const account: Place = { kind: 'account' }

/**
 * The environments of the file, as what a policy of the account permits is used there; the account alone when there are
 * none. Asked for one (by name or id, or `account`): that one, undefined when the file has none of that name.
 */
export function placesAsked(
  { environments }: Pick<AccessModel, 'environments'>,
  environment: string | undefined,
): readonly Place[] | undefined {
  const all = environments.map(({ name, id }) => ({ kind: 'environment' as const, name, id }))
  if (environment === undefined) return all.length === 0 ? [account] : all
  const wanted = foldKey(environment)
  const found =
    all.find(({ name }) => foldKey(name) === wanted) ?? all.find(({ id }) => foldKey(id) === wanted)
  if (found !== undefined) return [found]
  return wanted === 'account' ? [account] : undefined
}

/** The id of an environment; undefined for the account. */
export const environmentId = (place: Place): string | undefined =>
  place.kind === 'account' ? undefined : place.id
