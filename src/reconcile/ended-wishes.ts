/** Which steps of a plan take away what was granted for a time that is over. */
import { desiring } from '../access/desired.ts'
import type { EndingGrant } from '../access/ends.ts'
import type { AccessModel } from '../access/model.ts'
import type { DirectorySnapshot } from '../directory/snapshot.ts'
import { foldKey } from '../lib/fold.ts'
import type { Work } from '../lib/turns.ts'
import type { Assignment } from './assign.ts'
import type { Catalogue } from './catalogue.ts'
import { bindingKey, permissionKey } from './keys.ts'
import type { Definitions } from './owned-definitions.ts'
import { resolveWishes } from './resolve-wishes.ts'
import type { GroupRef } from './state.ts'
import type { StepAction } from './step.ts'

export interface EndedInput {
  /** Grants that are over. */
  readonly ended: readonly EndingGrant[]
  readonly model: AccessModel
  readonly snapshot: DirectorySnapshot
  readonly assignment: Assignment
  readonly catalogue: Catalogue | undefined
  readonly definitions: Definitions | undefined
  readonly accountId: string
}

/** The grant whose end is behind an action; undefined when it has another cause. */
export type EndedBehind = (action: StepAction) => EndingGrant | undefined

/** Takes no time when nothing is over. What two grants gave goes by the first that names it. */
export function* endedWishes(input: EndedInput): Work<EndedBehind> {
  const { ended, model, snapshot } = input
  if (ended.length === 0) return () => undefined
  const refs = refsByName(input.assignment)
  const groups = new Map<GroupRef, EndingGrant>()
  const members = new Map<GroupRef, { readonly grant: EndingGrant; readonly idpGroupId: string }[]>()
  const rights = new Map<string, EndingGrant>()
  const boundaries = new Map<string, EndingGrant>()
  const first = (map: Map<string, EndingGrant>, key: string, grant: EndingGrant) => {
    if (!map.has(key)) map.set(key, grant)
  }
  for (const grant of ended) {
    const wished = yield* desiring({ ...model, rules: [grant.rule] }, snapshot.groups)
    for (const group of wished.groups) {
      const ref = refs.get(foldKey(group.name))
      if (ref === undefined) continue
      if (grant.kind === 'rule') {
        first(groups, ref, grant)
        const fed = members.get(ref) ?? []
        fed.push(...group.sources.map(({ idpGroupId }) => ({ grant, idpGroupId })))
        members.set(ref, fed)
      }
      for (const key of rightKeys(ref, group, input)) first(rights, key, grant)
    }
    if (grant.kind === 'rule')
      for (const { name } of wished.boundaries) first(boundaries, foldKey(name), grant)
  }
  return action => {
    switch (action.kind) {
      case 'delete-group':
        return groups.get(action.group.ref)
      case 'remove-member': {
        if (action.successor !== undefined || snapshot.people.get(action.emailKey)?.active !== true)
          return undefined
        const isMember = (id: string) => snapshot.members.get(id)?.has(action.emailKey) === true
        return members.get(action.group)?.find(({ idpGroupId }) => isMember(idpGroupId))?.grant
      }
      case 'remove-binding':
        return rights.get(bindingKey(action.binding))
      case 'remove-permission':
        return rights.get(permissionKey(action.permission))
      case 'delete-boundary':
        return boundaries.get(foldKey(action.boundary.name))
      default:
        return undefined
    }
  }
}

/** Boundaries tell no two bindings apart, and those of a rule that is over are not defined any more. */
function rightKeys(
  ref: GroupRef,
  group: Parameters<typeof resolveWishes>[1],
  { catalogue, definitions, accountId }: EndedInput,
): readonly string[] {
  if (catalogue === undefined || definitions === undefined) return []
  const unbounded = { ...group, bindings: group.bindings.map(each => ({ ...each, boundaries: [] })) }
  const { bindings, permissions } = resolveWishes(ref, unbounded, { catalogue, definitions, accountId })
  return [
    ...bindings.map(({ binding }) => bindingKey(binding)),
    ...permissions.map(({ permission }) => permissionKey(permission)),
  ]
}

/** Groups of ours and of the federation by the folded name they have or are to have. */
function refsByName({ desired, federated, orphans, withheld }: Assignment): ReadonlyMap<string, GroupRef> {
  return new Map([
    ...[...orphans, ...withheld].map(([ref, row]) => [row.nameKey, ref] as const),
    ...[...federated].map(([ref, { group }]) => [foldKey(group.name), ref] as const),
    ...[...desired].map(([ref, { name }]) => [foldKey(name), ref] as const),
  ])
}
