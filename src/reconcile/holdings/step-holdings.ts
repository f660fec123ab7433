/** What steps that were carried out begin and end. */
import type { Disguise } from '../../store/disguise.ts'
import type { Writer } from '../../store/store.ts'
import { thisInstallation } from '../installation.ts'
import { isNewGroup } from '../keys.ts'
import type { GroupRef } from '../state.ts'
import type { Step } from '../step.ts'
import {
  ACCOUNT,
  bindingHolding,
  groupHolding,
  type Holding,
  memberHolding,
  type Names,
  permissionHolding,
  userHolding,
} from './holding.ts'
import { type Begin, doubtDigests, type End, endAll, type Mark, writeHoldings } from './holding-rows.ts'

/** In the write that records the steps. */
export async function applyHoldings(
  tx: Writer,
  steps: readonly Step[],
  mark: Mark,
  { disguise, names }: { readonly disguise: Disguise; readonly names: Names },
): Promise<void> {
  const idOf = await groupIds(tx, steps)
  const begins: Begin[] = []
  const ends: End[] = []
  const touched = new Set<string>()
  for (const { id: step, action } of steps) {
    const begin = (holding: Holding) => {
      touched.add(holding.groupId)
      begins.push({ holding, step })
    }
    const end = (holding: Holding) => {
      touched.add(holding.groupId)
      ends.push({ holding, step })
    }
    switch (action.kind) {
      case 'create-group':
        begin(groupHolding(idOf(action.group.ref), action.group.name))
        break
      case 'update-group':
        if (action.from.name === action.to.name) break
        end(groupHolding(idOf(action.to.ref), action.from.name))
        begin(groupHolding(idOf(action.to.ref), action.to.name))
        break
      case 'delete-group': {
        const groupId = idOf(action.group.ref)
        await endAll(tx, { groupId }, { ...mark, step })
        await tx.deleteFrom('heldGroups').where('groupId', '=', groupId).execute()
        break
      }
      case 'invite-user':
        begin(userHolding(action.emailKey, disguise))
        break
      case 'remove-user': {
        const subject = disguise.tokenOf(action.emailKey)
        for (const groupId of await endAll(tx, { subject }, { ...mark, step })) touched.add(groupId)
        touched.add(ACCOUNT)
        break
      }
      case 'add-member':
        begin(memberHolding(idOf(action.group), action.emailKey, disguise))
        break
      case 'remove-member':
        end(memberHolding(idOf(action.group), action.emailKey, disguise))
        break
      case 'add-binding':
        begin(bindingHolding(idOf(action.binding.group), action.binding, names))
        break
      case 'change-binding':
        end(bindingHolding(idOf(action.from.group), action.from, names))
        begin(bindingHolding(idOf(action.to.group), action.to, names))
        break
      case 'remove-binding':
        end(bindingHolding(idOf(action.binding.group), action.binding, names))
        break
      case 'add-permission':
        begin(permissionHolding(idOf(action.permission.group), action.permission, names))
        break
      case 'remove-permission':
        end(permissionHolding(idOf(action.permission.group), action.permission, names))
        break
      case 'create-policy':
      case 'update-policy':
      case 'delete-policy':
      case 'create-boundary':
      case 'update-boundary':
      case 'delete-boundary':
        break
    }
  }
  await writeHoldings(tx, { begins, ends }, mark)
  await doubtDigests(tx, [...touched])
}

/** A group that a step has made is in the registry by now, under its name. */
async function groupIds(tx: Writer, steps: readonly Step[]): Promise<(ref: GroupRef) => string> {
  const isNew = steps.some(({ action }) => JSON.stringify(action).includes('"new:'))
  if (!isNew) return ref => ref
  const rows = await tx
    .selectFrom('ownership')
    .select(['nameKey', 'dynatraceId'])
    .where('kind', '=', 'group')
    .where('instance', '=', thisInstallation(tx))
    .execute()
  const ids = new Map(rows.map(({ nameKey, dynatraceId }) => [`new:${nameKey}`, dynatraceId]))
  return ref => (isNewGroup(ref) ? (ids.get(ref) ?? ref) : ref)
}
