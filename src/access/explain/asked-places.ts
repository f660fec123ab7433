/** The places a question is about, by what the asker calls them. */
import { foldKey } from '../../lib/fold.ts'
import { nearest } from '../../lib/nearest.ts'
import type { Place } from '../impact/side.ts'
import type { Environment } from '../model.ts'

/** An environment as the account calls it. */
export interface Known {
  readonly id: string
  readonly name: string
}

export type AskedPlaces =
  | { readonly kind: 'places'; readonly places: readonly Place[] }
  | { readonly kind: 'unknown'; readonly message: string }

/**
 * Without a name: the account and all environments of the file. A name or id is looked for in the file, then among the
 * environments of the account.
 */
export function placesAsked(
  asked: string | undefined,
  listed: readonly Environment[],
  inAccount: readonly Known[],
): AskedPlaces {
  const own = listed.map(toPlace)
  if (asked === undefined) return { kind: 'places', places: [{ kind: 'account' }, ...own] }
  const key = foldKey(asked)
  const found = find(own, key) ?? find(inAccount.map(toPlace), key)
  if (found !== undefined) return { kind: 'places', places: [found] }
  if (key === 'account') return { kind: 'places', places: [{ kind: 'account' }] }
  const names = [...listed, ...inAccount].flatMap(({ name, id }) => [name, id])
  const near = nearest(asked, names)
  const known = listed.map(({ name }) => name).join(', ')
  const hint = near === undefined ? `Those of bridge.yaml are ${known || 'none'}.` : `Did you mean "${near}"?`
  return { kind: 'unknown', message: `There is no environment "${asked}". ${hint}` }
}

type EnvironmentPlace = Extract<Place, { kind: 'environment' }>

const toPlace = ({ id, name }: Known): EnvironmentPlace => ({ kind: 'environment', id, name })

const find = (places: readonly EnvironmentPlace[], key: string): EnvironmentPlace | undefined =>
  places.find(({ name }) => foldKey(name) === key) ?? places.find(({ id }) => foldKey(id) === key)
