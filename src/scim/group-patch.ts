/**
 * Splits the operations of a group PATCH into those on its attributes and the changes of its members.
 *
 *   add members [..]                      add
 *   remove members                        remove-all
 *   remove members [..]  (Entra)          remove, only these
 *   remove members[value eq "id"] (Okta)  remove
 *   remove members[other filter]          remove-where
 *   replace members [..]                  replace
 *   no path, {"members":[..], ..}         add or replace; without members they are never touched
 */
import { type Dialects, lenient } from './dialects/dialects.ts'
import { refusal, ScimError } from './error.ts'
import type { Filter } from './filter.ts'
import type { Json } from './json.ts'
import type { MemberChange } from './member-change.ts'
import { parseMembers } from './members.ts'
import { membersOfValue, type PatchOperation } from './patch-request.ts'
import { type PatchTarget, parsePath } from './path.ts'
import { groupType } from './schema/group.ts'

export interface GroupPatch {
  /** For `applyPatch`; empty when the PATCH only concerns members. */
  readonly attributeOperations: readonly PatchOperation[]
  readonly members: readonly MemberChange[]
}

/**
 * Throws `ScimError` 400 for a shape it does not know, before anything is changed; operators hear of it, for it
 * may have been meant for members.
 */
export function splitGroupPatch(
  operations: readonly PatchOperation[],
  dialects: Dialects = lenient,
): GroupPatch {
  try {
    return split(operations, dialects)
  } catch (error) {
    if (!(error instanceof ScimError) || error.refusal !== undefined) throw error
    throw new ScimError(error.status, error.scimType, error.message, {
      cause: error,
      ...refusal('unrecognised-membership-change'),
    })
  }
}

function split(operations: readonly PatchOperation[], dialects: Dialects): GroupPatch {
  const attributeOperations: PatchOperation[] = []
  const members: MemberChange[] = []
  for (const operation of operations) {
    const part =
      operation.path === undefined
        ? splitMembers(operation, dialects)
        : splitPath(operation, operation.path, dialects)
    attributeOperations.push(...part.attributeOperations)
    members.push(...part.members)
  }
  return { attributeOperations, members }
}

function splitPath(operation: PatchOperation, path: string, dialects: Dialects): GroupPatch {
  const target = parsePath(path, groupType, dialects)
  if (target.kind === 'resource' && operation.op !== 'remove') {
    return splitMembers({ ...operation, path: undefined }, dialects, `${groupType.schema.id}:`)
  }
  if (!isMembers(target)) return { attributeOperations: [operation], members: [] }
  return { attributeOperations: [], members: [memberChange(target, operation, dialects)] }
}

function splitMembers(operation: PatchOperation, dialects: Dialects, prefix = ''): GroupPatch {
  const attributes: [string, Json][] = []
  const members: MemberChange[] = []
  for (const [name, value] of Object.entries(membersOfValue(operation, groupType, dialects))) {
    const target = parsePath(`${prefix}${name}`, groupType, dialects)
    const inner = { ...operation, value }
    if (isMembers(target)) members.push(memberChange(target, inner, dialects))
    else if (target.kind === 'resource') {
      const nested = splitMembers(inner, dialects, `${groupType.schema.id}:`)
      members.push(...nested.members)
      attributes.push(
        ...nested.attributeOperations.flatMap(each =>
          Object.entries(membersOfValue(each, groupType, lenient)),
        ),
      )
    } else attributes.push([`${prefix}${name}`, value])
  }
  if (attributes.length === 0) return { attributeOperations: [], members }
  return { attributeOperations: [{ ...operation, value: Object.fromEntries(attributes) }], members }
}

type MembersTarget = Extract<PatchTarget, { kind: 'attribute' }>

const isMembers = (target: PatchTarget): target is MembersTarget =>
  target.kind === 'attribute' && target.attribute.name === 'members'

function memberChange(
  target: MembersTarget,
  { op, value }: PatchOperation,
  dialects: Dialects,
): MemberChange {
  if (target.sub !== undefined) {
    throw new ScimError(
      400,
      'mutability',
      'The parts of a member cannot be changed: remove the member and add another.',
    )
  }
  if (target.filter !== undefined) return filteredChange(target.filter, op)
  if (op === 'add') return { kind: 'add', members: parseMembers(value ?? null) }
  if (op === 'replace') return { kind: 'replace', members: parseMembers(value ?? null) }
  const values = dialects.valuesToRemove(value)
  if (values === undefined) return { kind: 'remove-all' }
  return { kind: 'remove', ids: parseMembers(values).map(({ id }) => id) }
}

function filteredChange(filter: Filter, op: PatchOperation['op']): MemberChange {
  if (op !== 'remove') {
    throw new ScimError(
      400,
      'mutability',
      'Members that a filter selects can only be removed: add others with the path members.',
    )
  }
  const ids = idsIn(filter)
  return ids === undefined ? { kind: 'remove-where', filter } : { kind: 'remove', ids }
}

/** The ids of `value eq "a" or value eq "b"`; undefined for any other filter. */
function idsIn(filter: Filter): readonly string[] | undefined {
  if (filter.op === 'eq' && filter.path.toLowerCase() === 'value' && typeof filter.value === 'string') {
    return [filter.value]
  }
  if (filter.op !== 'or') return undefined
  const parts = filter.filters.map(idsIn)
  return parts.every(part => part !== undefined) ? parts.flat() : undefined
}
