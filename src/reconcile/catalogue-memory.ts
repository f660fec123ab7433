/** Remembers the catalogue for a minute, so that a burst of keyed passes does not read it each time. */
import type { Dynatrace } from '../dynatrace/dynatrace.ts'
import type { Clock } from '../lib/clock.ts'
import { type Catalogue, readCatalogue, withZones } from './catalogue.ts'

const GOOD_FOR_MS = 60_000

/** `fresh`: not from memory. `zones`: with the management zones, which cost a call of their own. */
export type CatalogueReader = (
  dynatrace: Dynatrace,
  fresh: boolean,
  wants?: { readonly zones: boolean },
) => Promise<Catalogue>

export function catalogueMemory(clock: Clock): CatalogueReader {
  let known: { readonly catalogue: Catalogue; readonly until: number } | undefined
  return async (dynatrace, fresh, wants) => {
    const now = clock.now().getTime()
    const remembered = !fresh && known !== undefined && now < known.until ? known : undefined
    const base = remembered?.catalogue ?? (await readCatalogue(dynatrace))
    const lacks = wants?.zones === true && base.zones === undefined
    const catalogue = lacks ? await withZones(base, dynatrace) : base
    // What could not be read whole is asked for again next time.
    if (catalogue.unread.size === 0) known = { catalogue, until: remembered?.until ?? now + GOOD_FOR_MS }
    else if (remembered === undefined) known = undefined
    return catalogue
  }
}
