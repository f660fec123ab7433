/** Remembers the catalogue for a minute, so that a burst of keyed passes does not read it each time. */
import type { Dynatrace } from '../dynatrace/dynatrace.ts'
import type { Clock } from '../lib/clock.ts'
import { type Catalogue, readCatalogue } from './catalogue.ts'

const GOOD_FOR_MS = 60_000

export function catalogueMemory(clock: Clock): (dynatrace: Dynatrace, fresh: boolean) => Promise<Catalogue> {
  let known: { readonly catalogue: Catalogue; readonly until: number } | undefined
  return async (dynatrace, fresh) => {
    const now = clock.now().getTime()
    if (!fresh && known !== undefined && now < known.until) return known.catalogue
    const catalogue = await readCatalogue(dynatrace)
    // What could not be read whole is asked for again next time.
    known = catalogue.unread.size === 0 ? { catalogue, until: now + GOOD_FOR_MS } : undefined
    return catalogue
  }
}
