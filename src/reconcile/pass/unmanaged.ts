/** How much of the account a full pass has seen that is not ours, so that people see that it is left alone. */
import type { Policy } from '../../dynatrace/dynatrace.ts'
import type { ManagedGroups } from '../managed-groups.ts'
import type { ObservedState } from '../observe/observed.ts'
import type { Definitions } from '../owned-definitions.ts'
import type { Run } from '../run.ts'
import type { Premises } from './premises.ts'

/** Of a pass over some people and groups only foreign bindings of these are known. */
export function unmanaged({
  premises: { scope, snapshot, accountGroups, catalogue, definitions },
  observed,
  mine,
}: {
  readonly premises: Premises
  readonly observed: ObservedState
  readonly mine: ManagedGroups
}): Run['unmanaged'] {
  const bindings = observed.foreignBindings
  if (scope.kind !== 'full') return { users: 0, groups: 0, bindings, policies: 0, boundaries: 0 }
  return {
    users: countOthers(observed.state.users, snapshot.people),
    groups: accountGroups.length - mine.all.size,
    bindings,
    policies: countForeign(catalogue?.policies.filter(isHomed) ?? [], definitions),
    boundaries: countForeign(catalogue?.boundaries ?? [], definitions),
  }
}

/** Global policies are everybody's. */
const isHomed = ({ level }: Policy): boolean => level.kind !== 'global'

const countForeign = (
  all: readonly { readonly id: string }[],
  definitions: Definitions | undefined,
): number => all.filter(({ id }) => definitions?.present.has(id) !== true).length

function countOthers(users: ReadonlyMap<string, unknown>, people: ReadonlyMap<string, unknown>): number {
  let others = 0
  for (const key of users.keys()) if (!people.has(key)) others += 1
  return others
}
