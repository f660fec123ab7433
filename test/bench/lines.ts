/** What is measured: one SCIM request a line, the same against any directory. */
import type { Pool } from 'undici'
import { groupId, type Size, userId, userName } from './directory.ts'
import { SCIM_TOKEN } from './servers.ts'

const IN_FLIGHT = 16
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

export interface Line {
  readonly name: string
  readonly requests: number
  /** The calls that count as one, given the number of the turn. */
  calls(turn: number, size: Size): readonly Call[]
}

interface Call {
  readonly method: 'GET' | 'PATCH'
  readonly path: string
  readonly body?: object
}

/** Groups 0, 1 and 2 of every directory: of ten, big, and bigger. */
export const TEN = 0
export const BIG = 1
export const BIGGEST = 2

const get = (path: string): readonly Call[] => [{ method: 'GET', path }]
const filtered = (filter: string) => get(`/Users?filter=${encodeURIComponent(filter)}`)

export const lines: readonly Line[] = [
  { name: 'get a user', requests: 600, calls: (turn, size) => get(`/Users/${userId(someone(turn, size))}`) },
  {
    name: 'find by userName',
    requests: 600,
    calls: (turn, size) => filtered(`userName eq "${userName(someone(turn, size))}"`),
  },
  { name: 'find nobody', requests: 600, calls: turn => filtered(`userName eq "nobody-${turn}"`) },
  {
    name: 'page of 100',
    requests: 64,
    calls: (turn, { users }) => get(`/Users?count=100&startIndex=${1 + ((turn * 977) % (users - 100))}`),
  },
  {
    name: 'last page of 100',
    requests: 64,
    calls: (_turn, { users }) => get(`/Users?count=100&startIndex=${users - 100}`),
  },
  {
    name: 'deactivate and activate',
    requests: 150,
    calls: (turn, size) => [setActive(someone(turn, size), false), setActive(someone(turn, size), true)],
  },
  { name: 'add and remove, group of 10', requests: 150, calls: (turn, size) => inAndOut(TEN, turn, size) },
  { name: 'add and remove, big group', requests: 150, calls: (turn, size) => inAndOut(BIG, turn, size) },
  {
    name: 'group without members',
    requests: 400,
    calls: () => get(`/Groups/${groupId(BIGGEST)}?excludedAttributes=members`),
  },
]

/** Milliseconds that one turn took, with sixteen in flight. Rejects when an answer is no success. */
export async function measure(line: Line, pool: Pool, size: Size, round: number): Promise<number> {
  let turn = round * line.requests
  const end = turn + line.requests
  const began = performance.now()
  const run = async () => {
    while (turn < end) {
      turn += 1
      for (const call of line.calls(turn, size)) await send(pool, call)
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, run))
  return (performance.now() - began) / line.requests
}

async function send(pool: Pool, { method, path, body }: Call): Promise<void> {
  const answer = await pool.request({
    method,
    path: `/scim/v2${path}`,
    headers: { authorization: `Bearer ${SCIM_TOKEN}`, 'content-type': 'application/scim+json' },
    body: body === undefined ? null : JSON.stringify(body),
  })
  const text = await answer.body.text()
  if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`)
}

/** Far apart, so that no page of the database is warm by chance. */
const someone = (turn: number, { users }: Size): number => (turn * 7_919) % users

/** Somebody who is not in it at first: what comes and goes is the same for every size. */
function inAndOut(group: number, turn: number, { users, groups }: Size): readonly Call[] {
  const id = userId(users - 1 - (turn % Math.min(500, users - (groups[group] ?? 0))))
  const path = `/Groups/${groupId(group)}`
  return [
    patch(path, { op: 'add', path: 'members', value: [{ value: id }] }),
    patch(path, { op: 'remove', path: `members[value eq "${id}"]` }),
  ]
}

const setActive = (user: number, active: boolean): Call =>
  patch(`/Users/${userId(user)}`, { op: 'replace', path: 'active', value: active })

const patch = (path: string, operation: object): Call => ({
  method: 'PATCH',
  path,
  body: { schemas: [PATCH_OP], Operations: [operation] },
})
