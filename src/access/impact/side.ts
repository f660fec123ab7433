/** One of two access models as far as their effect on people is compared. */

import type { DesiredGroup } from '../desired-group.ts'
import type { Texts } from '../evaluate/texts.ts'
import type { Environment } from '../model.ts'

export interface Side {
  readonly groups: readonly DesiredGroup[]
  readonly texts: Texts
  readonly environments: readonly Environment[]
}

/** The account itself, or an environment of either side. */
export type Place =
  | { readonly kind: 'account' }
  | { readonly kind: 'environment'; readonly id: string; readonly name: string }

/** The account first, then the environments of both sides as the file has them; the name is the newer one. */
export function placesOf(before: Side, after: Side): readonly Place[] {
  const environments = new Map(
    [...before.environments, ...after.environments].map(each => [each.id, each.name]),
  )
  return [
    { kind: 'account' },
    ...[...environments].map(([id, name]) => ({ kind: 'environment' as const, id, name })),
  ]
}
