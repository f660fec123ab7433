/** Edits of bindings in the console. A pair that is bound several times is told apart by its parameters. */
import { unreachable } from '../../lib/errors.ts'
import { addBinding, matching, putBinding, removeBinding } from '../account/bindings.ts'
import { boundaryNamed, groupNamed, levelNamed, policyNamed } from '../account/named.ts'
import type { Binding } from '../account/objects.ts'
import type { Account } from '../account.ts'
import type { Actor } from '../audit.ts'
import { badRequest } from '../rejection.ts'
import type { Edit } from './edit.ts'

export function editBinding(
  account: Account,
  actor: Actor,
  change: Extract<Edit, { do: 'add-binding' | 'remove-binding' | 'change-boundaries' | 'change-binding' }>,
): void {
  const level = levelNamed(account, change.level)
  const policyUuid = policyNamed(account, change.policy, level).uuid
  const pair = { level, policyUuid, groupUuid: groupNamed(account, change.group).uuid }
  const filter = { parameters: change.parameters, metadata: change.metadata }
  const ids = (names: readonly string[]) => names.map(name => boundaryNamed(account, name).uuid)
  switch (change.do) {
    case 'add-binding':
      addBinding(account, actor, pair, {
        ...filter,
        boundaries: ids(change.boundaries),
      })
      break
    case 'remove-binding':
      removeBinding(account, actor, pair, filter, true)
      break
    case 'change-boundaries':
    case 'change-binding': {
      const to = change.do === 'change-binding' ? change.to : { boundaries: change.boundaries }
      const binding = onlyOne(matching(account, pair, filter), change)
      putBinding(account, actor, pair, binding, {
        parameters: to.parameters ?? binding.parameters,
        metadata: to.metadata ?? binding.metadata,
        boundaries: to.boundaries === undefined ? binding.boundaries : ids(to.boundaries),
      })
      break
    }
    default:
      unreachable(change)
  }
}

function onlyOne(matches: readonly Binding[], { policy, group }: { policy: string; group: string }): Binding {
  const [binding] = matches
  if (binding !== undefined && matches.length === 1) return binding
  const found = binding === undefined ? 'no binding' : 'more than one binding'
  throw badRequest(`There is ${found} of policy ${policy} and group ${group}`)
}
