/**
 * Members as clients write them: `[{"value":"id"}]`, with or without `$ref`, `display` and `type`. Anything
 * that does not name a member is refused, so that an unknown shape never changes a membership.
 */
import { refusal, ScimError } from './error.ts'
import { ownValue } from './evaluate.ts'
import type { Json, JsonObject } from './json.ts'
import type { MemberReference } from './member-change.ts'
import { isObject, storableText } from './normalise.ts'

/** The members of a POST or PUT; undefined when the body does not mention them. */
export function membersIn(body: JsonObject): readonly MemberReference[] | undefined {
  const members = ownValue(body, 'members')
  return members === undefined ? undefined : parseMembers(members)
}

/** Throws `ScimError` 400 `invalidValue`. Null and an empty list are no members; one object is a list of one. */
export function parseMembers(value: Json): readonly MemberReference[] {
  if (value === null) return []
  const given = Array.isArray(value) ? (value as readonly Json[]) : [value]
  const found = new Map<string, MemberReference>()
  for (const element of given) {
    const member = parseMember(element)
    found.set(member.id, member)
  }
  return [...found.values()]
}

function parseMember(element: Json): MemberReference {
  const id =
    typeof element === 'string' ? element : isObject(element) ? ownValue(element, 'value') : undefined
  if (!isObject(element) || typeof id !== 'string' || id === '') {
    throw new ScimError(
      400,
      'invalidValue',
      'Each member must be an object whose value is the id of a user or group, such as {"value": "<id>"}.',
      refusal('unrecognised-membership-change'),
    )
  }
  return { id: storableText(id, 'members.value'), kind: kindOf(element) }
}

function kindOf(member: JsonObject): 'User' | 'Group' {
  const type = ownValue(member, 'type') ?? ''
  const name = typeof type === 'string' ? type.toLowerCase() : undefined
  if (name === 'user') return 'User'
  if (name === 'group') return 'Group'
  if (name !== '') {
    const detail = 'members.type must be User or Group.'
    throw new ScimError(400, 'invalidValue', detail, refusal('unrecognised-membership-change'))
  }
  const reference = ownValue(member, '$ref')
  return typeof reference === 'string' && /(?:^|\/)Groups\//i.test(reference) ? 'Group' : 'User'
}
