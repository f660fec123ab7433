/** The answer to "can this person do that", with the way there or to where it breaks, for a terminal of 80 columns. Pure. */
import type { ToldAnswer, ToldExplanation, ToldLink } from '../../http/ops/access-answer-schema.ts'
import { wrapped } from './columns.ts'
import { type Paint, painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'

const WIDEST = 80

/** As wide as the widest name of a link. */
const COLUMN = 17

const linkNames: Readonly<Record<ToldLink['kind'], string>> = {
  user: 'user',
  'idp-group': 'IdP group',
  rule: 'rule',
  'account-user': 'Dynatrace user',
  'dynatrace-group': 'Dynatrace group',
  binding: 'binding',
  boundary: 'boundary',
  statement: 'statement',
  environment: 'environment',
}

export function answerText(userName: string, answer: ToldAnswer, options: TextOptions): string {
  const paint = painter(options)
  const places = answer.places.map(place => placeText(userName, answer, place, paint))
  const problems = answer.problems.flatMap(problem => lines(problem, '! ', '  '))
  return `${[...places, ...(problems.length === 0 ? [] : [problems.join('\n')])].join('\n\n')}\n`
}

function placeText(
  userName: string,
  { can, where }: ToldAnswer,
  place: ToldExplanation,
  paint: Paint,
): string {
  const at = place.where === 'account' ? 'the account' : `${place.where.name} (${place.where.id})`
  const on = Object.entries(where).map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
  const asked = `${userName} can ${can} in ${at}${on.length === 0 ? '' : `, where ${on.join(' and ')}`}?`
  const colour = { allowed: 'green', 'allowed-if': 'green', denied: 'red', unknown: 'yellow' } as const
  const verdict = lines(verdictText(place), '', '    ').map(line => paint(colour[place.verdict], line))
  const ways = place.ways.flatMap((way, at) => [
    ...(at === 0 ? [] : ['']),
    ...way.links.flatMap(wayLines(place, paint)),
  ])
  return [
    ...lines(asked, '', '    ').map(line => paint('bold', line)),
    ...verdict,
    ...ways,
    ...notes(place).flatMap(note => lines(note, '  ', '  ')),
    ...lines(evidenceText(place), '  ', '  ').map(line => paint('dim', line)),
  ].join('\n')
}

function verdictText(place: ToldExplanation): string {
  const { verdict, conditions, except, unread } = place
  const but = except.length === 0 ? '' : `, except where ${except.join(' or ')}`
  switch (verdict) {
    case 'allowed':
      return 'yes'
    case 'allowed-if':
      return conditions.length === 0 ? `yes${but}` : `yes, where ${conditions.join(' or where ')}${but}`
    case 'denied':
      return isGrantedBesides(place)
        ? 'no by the rules; in Dynatrace yes, through groups the bridge does not manage'
        : 'no'
    case 'unknown':
      return `not known: ${unread.length === 1 ? 'a policy' : 'policies'} could not be read (${unread.join(', ')})`
  }
}

const isGrantedBesides = ({ besides, dynatrace }: ToldExplanation): boolean =>
  besides.length > 0 && dynatrace.compared && dynatrace.verdict !== 'denied'

/** Of a way that breaks, what is behind the break is left out. */
const wayLines =
  ({ broken }: ToldExplanation, paint: Paint) =>
  (link: ToldLink, at: number, links: readonly ToldLink[]): readonly string[] => {
    const end = broken === undefined ? links.length : links.findIndex(({ state }) => state === 'broken')
    if (end !== -1 && at > end) return []
    if (link.kind === 'user' && link.state === 'ok') return []
    const sign = { ok: ' ', broken: '✗', unknown: '?' }[link.state]
    const first = `${sign} ${`${linkNames[link.kind]}`.padEnd(COLUMN - 1)} `
    const rest = ' '.repeat(COLUMN + 2)
    const style = (line: string) => (link.state === 'broken' ? paint('red', line) : line)
    return [
      ...lines(link.name === '' ? 'none' : link.name, first, rest).map(style),
      ...(link.why === undefined ? [] : lines(link.why, rest, rest)),
      ...(link.remedy === undefined ? [] : lines(`→ ${link.remedy}`, rest, `${rest}  `)),
    ]
  }

function notes({
  broken,
  wouldGive,
  besides,
  verdict,
  unread,
  decidedBy,
}: ToldExplanation): readonly string[] {
  const { groups, count } = wouldGive
  const others = broken?.kind === 'idp-group' ? groups.filter(name => name !== broken.name) : groups
  const more = count > groups.length ? ` and ${count - groups.length} more` : ''
  return [
    ...(others.length === 0 ? [] : [`IdP groups that would give it: ${others.join(', ')}${more}.`]),
    ...decidedBy
      .filter(({ effect }) => effect === 'DENY' && verdict === 'denied' && broken?.kind !== 'statement')
      .map(
        ({ policy, group, statement }) =>
          `Denied besides: policy "${policy}" of group "${group}" says ${statement}`,
      ),
    ...(verdict !== 'unknown' && unread.length > 0
      ? [`Not read, and might change it: ${unread.join(', ')}.`]
      : []),
    ...besides.map(
      ({ group, policy, statement }) =>
        `Also through group "${group}", not managed by the bridge: policy "${policy}" says ${statement}`,
    ),
  ]
}

function evidenceText({ dynatrace }: ToldExplanation): string {
  const by = 'evaluated by the bridge from rules and directory; '
  if (!dynatrace.compared) return `${by}not compared with Dynatrace: ${dynatrace.why}`
  return dynatrace.agrees
    ? `${by}Dynatrace's own effective permissions agree`
    : `${by}Dynatrace's own effective permissions differ: ${dynatrace.differences.join(' ')}`
}

const lines = (text: string, first: string, rest: string): readonly string[] =>
  wrapped(printable(text), { first, rest, widest: WIDEST })
