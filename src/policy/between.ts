/** The law of a change of rights: on the way nobody has less than both ends grant, or more than both ends allow. */
import { type AccessRequest, allows } from './decide.ts'
import type { EffectiveStatement } from './effective.ts'
import { requestsFor } from './requests-for.ts'

/** A request that a state on the way answers otherwise than both ends do. */
export interface Breach {
  readonly kind: 'less' | 'more'
  readonly request: AccessRequest
}

/** The breaches of a state between two others, found by asking all three the same requests; none when the law holds. */
export function breachesBetween(
  ends: readonly [before: readonly EffectiveStatement[], after: readonly EffectiveStatement[]],
  state: readonly EffectiveStatement[],
): readonly Breach[] {
  const [before, after] = ends
  return requestsFor([...before, ...after, ...state]).flatMap((request): Breach[] => {
    const [first, last, now] = [before, after, state].map(statements => allows(statements, request))
    if (first && last && !now) return [{ kind: 'less', request }]
    return now && !first && !last ? [{ kind: 'more', request }] : []
  })
}
