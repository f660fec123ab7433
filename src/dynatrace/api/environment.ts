/** The environments of the account as answered; names may be missing. */
import { z } from 'zod'

const name = z.string().nullish()

const Environment = z
  .object({ id: z.string().min(1), name, active: z.boolean() })
  .transform(({ id, name, active }) => ({ id, name: name ?? id, active }))

/** Answer of `GET /env/v2/accounts/{account}/environments` (EnvironmentListDto), the one that tells which are active. */
export const EnvironmentList = z.object({ data: z.array(Environment) }).transform(({ data }) => data)

/** A signed 64-bit number: JSON numbers that large would have lost their last digits. */
const zoneId = z.union([z.string().regex(/^-?\d+$/, 'expected a number'), z.int().transform(String)])

const ManagementZone = z
  .object({ id: zoneId, parent: z.string().min(1), name })
  .transform(({ id, parent, name }) => ({ id, name: name ?? id, environmentId: parent }))

/** Answer of `GET /env/v1/accounts/{account}/environments` (EnvironmentResourceDto), the one with management zones. */
export const EnvironmentResources = z
  .object({
    tenantResources: z.array(z.object({ id: z.string().min(1), name })),
    managementZoneResources: z.array(ManagementZone).nullish(),
  })
  .transform(({ tenantResources, managementZoneResources }) => ({
    environments: tenantResources.map(({ id, name }) => ({ id, name: name ?? id })),
    zones: managementZoneResources ?? [],
  }))
