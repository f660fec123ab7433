/** Whether the account has what `bridge.yaml` names, and lets the bridge have the names that it gives. */
import type { AccessModel } from '../../access/model.ts'
import type { Dynatrace } from '../../dynatrace/dynatrace.ts'
import type { Check } from '../../dynatrace/probe/check.ts'
import { unread } from '../../dynatrace/probe/sight.ts'
import { UpstreamError } from '../../dynatrace/upstream-error.ts'
import { readCatalogue, withZones } from '../../reconcile/catalogue.ts'
import { listGroups } from '../../reconcile/managed-groups.ts'
import { boundaryChecks, environmentChecks, policyChecks } from './named-things.ts'
import type { Known } from './peek.ts'
import { takenChecks } from './taken-names.ts'
import { namesZones, zoneChecks } from './zone-checks.ts'

/** `known`: undefined before the bridge has a database. */
export async function nameChecks(parts: {
  readonly model: AccessModel
  readonly known: Known | undefined
  readonly dynatrace: Dynatrace
  readonly now: Date
}): Promise<readonly Check[]> {
  const { model, dynatrace } = parts
  try {
    const [known, groups] = await Promise.all([readCatalogue(dynatrace), listGroups(dynatrace)])
    const catalogue = namesZones(model) ? await withZones(known, dynatrace) : known
    return [
      ...environmentChecks(model, catalogue),
      ...policyChecks(model, catalogue),
      ...boundaryChecks(model, catalogue),
      ...zoneChecks(model, catalogue),
      ...takenChecks({ ...parts, catalogue, groups }),
    ]
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    return [unread('names', 'names in bridge.yaml', error)]
  }
}
