/** Watches that memberships change only by requests that are about them. */
import type { Directory } from '../../src/directory/directory.ts'
import { decoded } from './laws.ts'
import type { Answer, SentRequest } from './wire.ts'

/** Group id → ids of its members, in order. */
type Memberships = ReadonlyMap<string, readonly string[]>

export interface MembershipWatch {
  /** What changed although the request was not about it; undefined when nothing did. */
  readonly check: (
    groups: readonly string[],
    request: SentRequest,
    answer: Answer,
  ) => Promise<string | undefined>
}

export function watchMemberships(directory: Directory): MembershipWatch {
  let before: Memberships = new Map()
  return {
    check: async (groups, request, answer) => {
      if (/^(?:GET|HEAD|OPTIONS|TRACE)$/.test(request.method)) return undefined
      const found = await directory.membersOf(groups)
      const after: Memberships = new Map(
        groups.map(id => [id, (found.get(id) ?? []).map(member => member.id).sort()]),
      )
      const wrong = groups.flatMap(id => {
        const known = before.get(id)
        const now = after.get(id) ?? []
        if (known === undefined || String(known) === String(now)) return []
        return mayChange(request, answer, id, known, now) ? [] : [`${id}: ${known} became ${now}`]
      })
      before = after
      return wrong.length === 0 ? undefined : `memberships changed: ${wrong.join('; ')}`
    },
  }
}

function mayChange(
  request: SentRequest,
  answer: Answer,
  group: string,
  known: readonly string[],
  now: readonly string[],
): boolean {
  if (answer.status >= 300) return false
  const path = decoded(request.url)
  if (/^\/scim\/v2\/+Bulk\b/.test(path)) return /members|DELETE/i.test(request.body ?? '')
  if (request.method === 'DELETE') {
    return path.includes(group) || known.every(id => now.includes(id) || path.includes(id))
  }
  return path.includes(group) && /members/i.test(request.body ?? '')
}
