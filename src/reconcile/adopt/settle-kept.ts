/** What the record of adopted groups has to learn from a full pass. Makes no call. */
import type { Store } from '../../store/store.ts'
import { appendJournal } from '../../store/tail.ts'
import { installationId } from '../installation.ts'
import type { ManagedGroups } from '../managed-groups.ts'
import type { ObservedState } from '../observe/observed.ts'
import type { Ownership } from '../ownership.ts'
import type { GroupRef, State } from '../state.ts'
import { isAsWished, type KeptElement, type KeptElements } from './kept.ts'

export interface KeptChanges {
  /** Not in the account any more, or of groups that are not ours any more. */
  readonly gone: readonly KeptElement[]
  /** The rules wish for it by now, so that they decide when it goes. */
  readonly covered: readonly KeptElement[]
  /** Adopted groups that nobody wants and that hold nothing of ours any more. */
  readonly handedBack: readonly GroupRef[]
}

/** Pure. What could not be read says nothing. */
export function keptChanges({
  kept,
  ownership,
  mine,
  desired,
  observed,
}: {
  readonly kept: KeptElements
  readonly ownership: Pick<Ownership, 'groups'>
  readonly mine: Pick<ManagedGroups, 'handedBack'>
  readonly desired: State
  readonly observed: Pick<ObservedState, 'state' | 'blind'>
}): KeptChanges {
  const { state, blind } = observed
  const owned = new Set([...ownership.groups.values()].map(({ dynatraceId }) => dynatraceId))
  const hidden = (group: GroupRef) =>
    !state.groups.has(group) ||
    blind.members.has(group) ||
    blind.unread.has(group) ||
    blind.permissions.has(group) ||
    [...blind.bindings].some(place => place.startsWith(`${group} `))
  const isThere = ({ kind, group, key }: KeptElement) => {
    if (kind === 'member') return blind.users.has(key) || state.members.get(group)?.has(key) === true
    return kind === 'binding' ? state.bindings.has(key) : state.permissions.has(key)
  }
  const isGone = (each: KeptElement) => !owned.has(each.group) || (!hidden(each.group) && !isThere(each))
  const gone = kept.all.filter(isGone)
  const covered = kept.all.filter(
    each =>
      each.standing === 'kept' &&
      !gone.includes(each) &&
      !hidden(each.group) &&
      isAsWished(each, { desired, observed: state }),
  )
  const holdsOurs = (group: GroupRef) =>
    [...(state.members.get(group) ?? [])].some(key => !kept.wasThere('member', group, key)) ||
    [...state.bindings].some(([key, own]) => own.group === group && !kept.wasThere('binding', group, key)) ||
    [...state.permissions].some(
      ([key, own]) => own.group === group && !kept.wasThere('permission', group, key),
    )
  const handedBack = [...mine.handedBack].filter(group => !hidden(group) && !holdsOurs(group))
  return { gone, covered, handedBack }
}

export async function settleKept(
  { gone, covered, handedBack }: KeptChanges,
  { store, runId, now }: { readonly store: Store; readonly runId: string; readonly now: Date },
): Promise<void> {
  if (gone.length + covered.length + handedBack.length === 0) return
  const instance = await installationId(store)
  await store.write(async tx => {
    const forget = () => tx.deleteFrom('keptElements').where('instance', '=', instance)
    for (const { group, kind, key } of gone) {
      await forget().where('groupId', '=', group).where('kind', '=', kind).where('key', '=', key).execute()
    }
    for (const { group, kind, key } of covered) {
      await tx
        .updateTable('keptElements')
        .set({ standing: 'covered' })
        .where('instance', '=', instance)
        .where('groupId', '=', group)
        .where('kind', '=', kind)
        .where('key', '=', key)
        .execute()
    }
    for (const group of handedBack) {
      await forget().where('groupId', '=', group).execute()
      await tx
        .deleteFrom('ownership')
        .where('instance', '=', instance)
        .where('kind', '=', 'group')
        .where('dynatraceId', '=', group)
        .execute()
    }
    appendJournal(
      tx,
      handedBack.map(group => ({ kind: 'adoption.handed-back', runId, actor: 'bridge', data: { group } })),
      now.toISOString(),
    )
  })
}
