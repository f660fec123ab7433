/** Groups and what they have where, one block for each group: fifty environments are no columns of a terminal. Pure. */
import type { z } from 'zod'
import type { PlaceAnswer } from '../../http/ops/access-answer.ts'
import type { accessMatrixSchema } from '../../http/ops/access-matrix.ts'
import { textWidth, widestOn, wrapped } from './columns.ts'
import { evaluationText, policyText } from './evaluation-text.ts'
import { painter, type TextOptions } from './paint.ts'
import { printable } from './printable.ts'

type Matrix = z.output<typeof accessMatrixSchema>
type Row = Matrix['groups'][number]
type Cell = Row['cells'][number]

export function matrixText({ groups, places, evaluation }: Matrix, options: TextOptions): string {
  const paint = painter(options)
  const title = `${counted(groups.length, 'group')}, the account and ${counted(places.length - 1, 'environment')}`
  const inherits = groups.some(({ cells }) =>
    cells.some(({ policies }) => policies.some(each => each.inherited)),
  )
  const head = [
    paint('bold', title),
    ...(inherits ? ['Policies of the account count in every environment as well.'] : []),
  ]
  const width = Math.min(WIDEST_PLACE, Math.max(...places.map(place => textWidth(nameOf(place)))))
  const blocks = groups.map(row => rowText(row, { ...options, width }))
  return `${[head.join('\n'), ...blocks].join('\n\n')}\n\n${evaluationText(evaluation, options)}`
}

interface Layout extends TextOptions {
  /** Columns for the names of places. */
  readonly width: number
}

function rowText({ group, idpGroups, rules, members, cells }: Row, layout: Layout): string {
  const paint = painter(layout)
  const people = members === 1 ? '1 person' : `${members} people`
  const widest = widestOn(layout)
  const from = `${people} from ${idpGroups.join(', ')} (rule ${rules.map(rule => `"${rule}"`).join(', ')})`
  return [
    paint('bold', printable(group)),
    ...wrapped(printable(from), { first: '  ', rest: '    ', style: text => paint('dim', text), widest }),
    ...alike(cells).flatMap(cell => cellLines(cell, layout)),
  ].join('\n')
}

interface Told {
  readonly where: string
  readonly what: readonly string[]
}

/** Environments with the same of their own stand together; what all have from the account is said once, at the account. */
function alike(cells: readonly Cell[]): readonly Told[] {
  const byText = Map.groupBy(cells, cell => JSON.stringify([cell.in === 'account', whatOf(cell)]))
  return [...byText.values()].flatMap(same => {
    const [first] = same
    if (first === undefined) return []
    const what = whatOf(first)
    const inherits = first.in !== 'account' && first.policies.some(({ inherited }) => inherited)
    if (first.in === 'account' && what.length === 0) return []
    const nothing = inherits ? 'only what the account has' : 'nothing'
    return { where: same.map(cell => nameOf(cell.in)).join(', '), what: what.length === 0 ? [nothing] : what }
  })
}

const nameOf = (place: PlaceAnswer): string => printable(place === 'account' ? 'account' : place.name)

const whatOf = ({ policies, roles }: Cell): readonly string[] => [
  ...policies.filter(({ inherited }) => !inherited).map(policyText),
  ...roles.map(({ role, zone }) =>
    printable(zone === undefined ? `role ${role}` : `role ${role} in zone "${zone}"`),
  ),
]

/** Longer names of places, and lists of them, get a line of their own. */
const WIDEST_PLACE = 20

function cellLines({ where, what }: Told, { width, ...options }: Layout): readonly string[] {
  const widest = widestOn(options)
  const rest = ' '.repeat(width + 4)
  const isShort = textWidth(where) <= width
  const padded = `  ${where}${' '.repeat(Math.max(0, width - textWidth(where)))}  `
  const told = what.flatMap((text, at) =>
    wrapped(text, { first: at === 0 && isShort ? padded : rest, rest: `${rest}  `, widest }),
  )
  return isShort ? told : [...wrapped(where, { first: '  ', rest: '    ', widest }), ...told]
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
