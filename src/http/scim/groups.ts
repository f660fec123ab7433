/** Groups as SCIM resources (RFC 7643 §4.2). Members are read only for answers that show them. */
import type { Directory, DirectoryGroup, Member } from '../../directory/directory.ts'
import { memberValue } from '../../directory/reference-values.ts'
import type { Dialects } from '../../scim/dialects/dialects.ts'
import { splitGroupPatch } from '../../scim/group-patch.ts'
import { membersIn } from '../../scim/members.ts'
import { isObject, normaliseResource } from '../../scim/normalise.ts'
import { applyPatch } from '../../scim/patch.ts'
import { parsePatchRequest } from '../../scim/patch-request.ts'
import { type Projection, shows } from '../../scim/projection.ts'
import { versionOf } from '../../scim/resource.ts'
import { derivedValue, resourceWriter, type StoredText, withAttribute } from '../../scim/resource-text.ts'
import { groupType } from '../../scim/schema/group.ts'
import type { Rendered, ResourceKind } from './resource-endpoint.ts'

/** With more members than these in one answer they are read and sent piece by piece. */
const AT_ONCE = 2_000

export const groupKind = (
  directory: Directory,
  dialects: Dialects,
): ResourceKind<DirectoryGroup, StoredText> => ({
  type: groupType,
  // Entra asks for 204; whoever names attributes wants to see them.
  patchesSilently: true,
  find: id => directory.findGroup(id),
  list: page => directory.listGroups(page),
  create(body, cause) {
    const attributes = normaliseResource(body, groupType, dialects)
    const members = (isObject(body) ? membersIn(body) : undefined) ?? []
    return directory.createGroup(attributes, members.length === 0 ? [] : [{ kind: 'add', members }], cause)
  },
  replace(id, body, cause, check) {
    const attributes = normaliseResource(body, groupType, dialects)
    // What a PUT leaves out may be cleared or kept (RFC 7644 §3.5.1). Members are kept: a client that read
    // the group without them, as Entra does, must not empty it by writing back what it read.
    const members = isObject(body) ? membersIn(body) : undefined
    return directory.changeGroup(
      id,
      group => {
        check(group)
        return { attributes, members: members === undefined ? [] : [{ kind: 'replace', members }] }
      },
      cause,
    )
  },
  patch(id, body, cause, check) {
    const { attributeOperations, members } = splitGroupPatch(parsePatchRequest(body, dialects), dialects)
    return directory.changeGroup(
      id,
      group => {
        check(group)
        const { attributes } = group
        return {
          attributes:
            attributeOperations.length === 0
              ? undefined
              : applyPatch(attributes, attributeOperations, groupType, dialects),
          members,
        }
      },
      cause,
    )
  },
  remove: (id, cause, check) => directory.deleteGroup(id, cause, check),
  async render(groups, projection, base) {
    const ids = groups.map(({ id }) => id)
    const write = resourceWriter(groupType, base, projection)
    const whole = (group: StoredText, body: Rendered['body']) => ({ version: versionOf(group), body })

    if (!shows(projection, 'members') || ids.length === 0)
      return groups.map(group => whole(group, write(group)))
    const few = await directory.fewMembersOf(ids, AT_ONCE)
    if (few !== undefined) {
      return groups.map(group => {
        const members = few.get(group.id)?.map(member => memberValue(member, base))
        const derived = members === undefined ? {} : { members }
        return whole(group, write(group, { version: versionOf(group), derived }))
      })
    }
    return groups.map(group => {
      const pieces = memberPieces(directory.eachMember(group.id), projection, base)
      return whole(group, withAttribute(write(group), 'members', pieces))
    })
  },
})

async function* memberPieces(
  chunks: AsyncIterable<readonly Member[]>,
  projection: Projection,
  base: string,
): AsyncGenerator<string> {
  let before = '['
  for await (const chunk of chunks) {
    const values = chunk.map(member => memberValue(member, base))
    const shown = derivedValue('members', values, projection)
    if (shown.length === 0) continue
    yield before + JSON.stringify(shown).slice(1, -1)
    before = ','
  }
  yield before === '[' ? '[]' : ']'
}
