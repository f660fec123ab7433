/** The names and texts that the account has, and which policies and boundaries of ours these are. */
import type { Desired } from '../../access/desired.ts'
import type { DesiredGroup } from '../../access/desired-group.ts'
import type { Catalogue } from '../catalogue.ts'
import { installationId } from '../installation.ts'
import { definitionsFor, isInStep, withoutRedefined } from '../own-names.ts'
import { assignDefinitions, type Definitions } from '../owned-definitions.ts'
import type { Ownership } from '../ownership.ts'
import type { Premises } from './premises.ts'
import type { PassParts } from './request.ts'

/**
 * What is to be done about policies and boundaries is not concluded from memory: where that shows a difference, the
 * account is asked anew.
 */
export async function readNames(
  wished: Desired,
  asked: {
    readonly full: boolean
    readonly withGroups: boolean
    readonly ownership: Ownership
    /** The wished groups that the pass has to do with. */
    readonly inScope: readonly DesiredGroup[]
  },
  {
    store,
    dynatrace,
    catalogue: read,
    clock,
  }: Pick<PassParts, 'store' | 'dynatrace' | 'catalogue' | 'clock'>,
): Promise<Pick<Premises, 'catalogue' | 'definitions'>> {
  if (!asked.withGroups) return { catalogue: undefined, definitions: undefined }
  const installation = await installationId(store)
  const assign = (catalogue: Catalogue) => {
    const all = assignDefinitions({
      wished,
      ownership: asked.ownership,
      catalogue,
      installation,
      now: clock.now(),
    })
    return asked.full ? all : definitionsFor(all, asked.inScope)
  }
  const wants = {
    zones: asked.inScope.some(group => group.permissions.some(each => each.zone !== undefined)),
  }
  const catalogue = await read(dynatrace, asked.full, wants)
  const definitions = assign(catalogue)
  // What the registry does not hold may have gone since the catalogue was read, and then nothing can be bound to it.
  if (asked.full || (isHeld(definitions, asked.ownership) && isInStep(definitions, catalogue))) {
    return { catalogue, definitions }
  }
  const fresh = await read(dynatrace, true, wants)
  return { catalogue: fresh, definitions: withoutRedefined(assign(fresh), fresh) }
}

function isHeld(wanted: Definitions, held: Pick<Ownership, 'policies' | 'boundaries'>): boolean {
  const ids = new Set([...held.policies.values(), ...held.boundaries.values()].map(({ id }) => id))
  return [...wanted.policies.keys(), ...wanted.boundaries.keys()].every(id => ids.has(id))
}
