/** Environments of the account: one version of the call tells active from inactive, the other one has the zones. */
import { EnvironmentList, EnvironmentResources } from './api/environment.ts'
import type { Dynatrace } from './dynatrace.ts'
import { path } from './path.ts'
import type { Requests } from './request.ts'

export function environments(requests: Requests, account: string): Dynatrace['environments'] {
  const list: Dynatrace['environments']['list'] = () =>
    requests.ask(
      {
        operation: 'environments.list',
        method: 'GET',
        path: path`/env/v2/accounts/${account}/environments`,
      },
      EnvironmentList,
    )

  return {
    list,

    managementZones: async told => {
      const [known, resources] = await Promise.all([
        told ?? list(),
        requests.ask(
          {
            operation: 'environments.managementZones',
            method: 'GET',
            path: path`/env/v1/accounts/${account}/environments`,
          },
          EnvironmentResources,
        ),
      ])
      // One that only the older version names is not known to be active.
      const older = resources.environments.map(environment => ({ ...environment, active: false }))
      const byId = new Map([...older, ...known].map(environment => [environment.id, environment]))
      return resources.zones.map(({ id, name, environmentId }) => {
        const named = { id: environmentId, name: environmentId, active: false }
        return { environment: byId.get(environmentId) ?? named, id, name }
      })
    },
  }
}
