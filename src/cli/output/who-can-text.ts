/** Who may use a permission: numbers for each place, then person by person with the way. Pure. */
import type { z } from 'zod'
import type { whoCanSchema } from '../../http/ops/who-can.ts'
import { widestOn, wrapped } from './columns.ts'
import { conditionLines, evaluationText, placesText, placeText, policyText } from './evaluation-text.ts'
import { painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'
import { table } from './table.ts'

type WhoCanAnswer = z.output<typeof whoCanSchema>
type Total = WhoCanAnswer['totals'][number]
type Answer = WhoCanAnswer['page'][number]['answers'][number]

export function whoCanText(answer: WhoCanAnswer, options: TextOptions): string {
  const paint = painter(options)
  const { permission, where, warnings, totals, people, page, next, evaluation } = answer
  const asked = Object.entries(where).map(([name, value]) => `${name} = "${value}"`)
  const given = asked.length === 0 ? '' : ` where ${asked.join(' and ')}`
  const blocks = [
    [
      ...wrapped(printable(`Who can ${permission}${given}`), {
        first: '',
        rest: '  ',
        style: text => paint('bold', text),
        widest: widestOn(options),
      }),
      ...warnings.flatMap(text =>
        wrapped(printable(text), {
          first: '! ',
          rest: '  ',
          style: each => paint('yellow', each),
          widest: widestOn(options),
        }),
      ),
    ].join('\n'),
    table(totals.map(total => [`  ${placeText(total.in)}`, totalText(total)])),
    ...page.map(({ userName, answers }) =>
      [paint('bold', printable(userName)), ...answers.flatMap(each => answerLines(each, options))].join('\n'),
    ),
    ...(next === undefined
      ? []
      : [`${page.length} of ${people} people are shown; --after ${printable(next)} shows the next.`]),
  ]
  return `${blocks.join('\n\n')}\n\n${evaluationText(evaluation, options)}`
}

/** `12 people, 3 more where conditions hold`. */
function totalText({ allowed, allowedIf, unknown }: Total): string {
  if (allowed + allowedIf + unknown === 0) return 'nobody'
  const parts = [
    ...(allowed === 0 ? [] : [`${counted(allowed)} always`]),
    ...(allowedIf === 0 ? [] : [`${counted(allowedIf)} where conditions hold`]),
    ...(unknown === 0 ? [] : [`${counted(unknown)} perhaps`]),
  ]
  return parts.join(', ')
}

const counted = (count: number): string => (count === 1 ? '1 person' : `${count} people`)

function answerLines(answer: Answer, options: TextOptions): readonly string[] {
  const widest = widestOn(options)
  const { verdict, where, through, unknown } = answer
  const says = { allowed: 'always', 'allowed-if': '', unknown: 'perhaps: what the policy says is not known' }
  const except = answer.except.map(each => `${each.where} ("${each.policy}" of ${each.group})`)
  const known = verdict === 'unknown' ? [] : unknown
  return [
    ...wrapped(`${placesText(answer.in)}${says[verdict] === '' ? '' : `: ${says[verdict]}`}`, {
      first: '  ',
      rest: '    ',
      widest,
    }),
    ...conditionLines({ where, except }, '    ', options),
    ...through.flatMap(way => wrapped(wayText(way), { first: '    ', rest: '      ', widest })),
    ...known.map(name => `    may differ: policy "${printable(name)}" could not be read`),
  ]
}

/** `dt-readers → Readers: "readers" of the account (rule "readers")`. */
const wayText = ({
  idpGroup,
  dynatraceGroup,
  rule,
  inherited,
  ...policy
}: Answer['through'][number]): string =>
  `${printable(idpGroup)} → ${printable(dynatraceGroup)}: ${policyText(policy)}` +
  `${inherited ? ' of the account' : ''} (rule "${printable(rule)}")`
