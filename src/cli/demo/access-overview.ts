/** What everybody may do now, by place, and for one person why. */
import type { z } from 'zod'
import { userAccessSchema } from '../../http/ops/access.ts'
import { accessText } from '../output/access-text.ts'
import { painter } from '../output/paint.ts'
import { table } from '../output/table.ts'
import { ana, people } from './cast.ts'
import type { Stage } from './stage.ts'

type UserAccess = z.output<typeof userAccessSchema>
type Place = UserAccess['access'][number]

export async function showAccess({ narrator, bridge, text }: Stage): Promise<void> {
  const of = (userName: string) =>
    bridge.get(`/api/v1/access/users/${encodeURIComponent(userName)}`, userAccessSchema)
  const everybody: UserAccess[] = []
  for (const { userName } of people) everybody.push(await of(userName))
  narrator.section(
    'What each of them may do now',
    'Nobody assigned a permission by hand: the identity providers said who is in which group, and bridge.yaml ' +
      'says what that means in each environment. In brackets the boundary that limits a policy.',
  )
  narrator.report(overviewText(everybody, text))
  narrator.say(
    'And why? GET /api/v1/access/users/{userName} names the IdP group and the rule behind each grant:',
  )
  narrator.report(accessText(await of(ana.userName), text))
}

function overviewText(everybody: readonly UserAccess[], options: Stage['text']): string {
  const paint = painter(options)
  const places = everybody[0]?.access.map(placeName) ?? []
  const header = ['USER', ...places.map(place => place.toUpperCase())].map(cell => paint('dim', cell))
  return table([header, ...everybody.flatMap(rowsOf)])
}

/** As many rows as the place with the most grants needs. */
function rowsOf({ userName, active, access }: UserAccess): readonly (readonly string[])[] {
  if (!active) return [[userName, 'none: has left', ...access.slice(1).map(() => '–')]]
  const columns = access.map(({ grants }) =>
    grants.length === 0 ? ['–'] : [...new Set(grants.map(grantText))],
  )
  const height = Math.max(...columns.map(column => column.length))
  return Array.from({ length: height }, (_, row) => [
    row === 0 ? userName : '',
    ...columns.map(column => column[row] ?? ''),
  ])
}

const placeName = ({ where }: Place): string => (where === 'account' ? 'account' : where.name)

const grantText = ({ kind, name, boundaries }: Place['grants'][number]): string =>
  `${kind === 'role' ? 'role ' : ''}${name}${boundaries.length === 0 ? '' : ` [${boundaries.join(' + ')}]`}`
