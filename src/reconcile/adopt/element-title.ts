/** What a group holds, in words for people. Pure. */
import type { Found } from '../pass/plan-pass.ts'
import type { StateBinding } from '../state.ts'
import type { KeptElement } from './kept.ts'

export function elementTitle({ kind, key }: KeptElement, { observed, premises }: Found): string {
  switch (kind) {
    case 'member':
      return observed.state.users.get(key)?.email ?? key
    case 'binding': {
      const binding = observed.state.bindings.get(key)
      return binding === undefined ? key : bindingTitle(binding, premises)
    }
    case 'permission': {
      const permission = observed.state.permissions.get(key)
      return permission === undefined
        ? key
        : `role ${permission.role} on ${permission.scopeType} ${permission.scope}`
    }
  }
}

function bindingTitle(
  { policyId, level, parameters, boundaryIds }: StateBinding,
  { catalogue }: Found['premises'],
): string {
  const policy = catalogue?.policies.find(({ id }) => id === policyId)?.name ?? policyId
  const boundaries = boundaryIds.map(id => catalogue?.boundaries.find(each => each.id === id)?.name ?? id)
  const given = Object.entries(parameters).map(([name, value]) => `${name}=${value}`)
  const place = level.kind === 'account' ? 'the account' : `environment ${level.id}`
  return [
    `policy "${policy}" on ${place}`,
    ...(given.length === 0 ? [] : [`with ${given.join(', ')}`]),
    ...(boundaries.length === 0 ? [] : [`within ${boundaries.map(name => `"${name}"`).join(', ')}`]),
  ].join(' ')
}
